"""Licence expressions of SPDX: `MIT`, `Apache-2.0 OR GPL-2.0-only WITH Classpath-exception-2.0`.

Enter a text; leave whether it is one. The identifiers are the common ones of the SPDX licence list (spdx.org), by
families where the list has many of a form.
"""

from __future__ import annotations

import re

_IDENTIFIER = re.compile(
    r"(?:A?GPL|LGPL)-[123]\.[01](?:-only|-or-later|\+)?|GFDL-1\.[123](?:-\w+)*|Apache-(?:1\.0|1\.1|2\.0)"
    r"|BSD-[1234]-Clause(?:-[\w-]+)?|0BSD|MIT(?:-0|-\w+)?|MPL-(?:1\.0|1\.1|2\.0)|ISC|Zlib|Unlicense|BSL-1\.0|BUSL-1\.1"
    r"|CC0-1\.0|CC-BY(?:-NC)?(?:-ND|-SA)?-[1234]\.[05]|EPL-[12]\.0|EUPL-1\.[012]|CDDL-1\.[01]|CPL-1\.0|Artistic-[12]\.0"
    r"|PostgreSQL|Python-2\.0(?:\.1)?|PSF-2\.0|PHP-3\.0[01]?|Ruby|OpenSSL|NCSA|WTFPL|X11|curl|ECL-2\.0|AFL-[123]\.\d"
    r"|OFL-1\.[01]|Vim|W3C|UPL-1\.0|MulanPSL-[12]\.0|SSPL-1\.0|Elastic-2\.0|BlueOak-1\.0\.0|Parity-[67]\.0\.0|TCL"
    r"|Unicode-DFS-201[56]|Unicode-3\.0|HPND|JSON|MS-PL|MS-RL|libpng-2\.0|bzip2-1\.0\.6|NOASSERTION|NONE"
    r"|LicenseRef-[\w.-]+|DocumentRef-[\w.-]+:LicenseRef-[\w.-]+"
)
_TOKEN = re.compile(r"\s*([()]|[^\s()]+)")
_EXCEPTION = re.compile(r"[A-Za-z][\w.-]*-exception(?:-[\d.]+)?\Z|LLVM-exception\Z")


def is_licence_expression(text: str) -> bool:
    """Whether a text is a licence expression of known identifiers."""
    depth, wants_licence, after_with = 0, True, False
    for token in _TOKEN.findall(text.strip()):
        if after_with:
            if not _EXCEPTION.match(token):
                return False
            after_with = False
        elif wants_licence and token == "(":
            depth += 1
        elif wants_licence:
            if not _IDENTIFIER.fullmatch(token):
                return False
            wants_licence = False
        elif token == ")":
            depth -= 1
        elif token in ("AND", "OR"):
            wants_licence = True
        elif token == "WITH":
            after_with = True
        else:
            return False
        if depth < 0:
            return False
    return depth == 0 and not wants_licence and not after_with

"""ADD is used where COPY would do.

## What

ADD takes plain files or directories from the build context.

## Why

ADD also unpacks archives and fetches addresses, so a reader has to check which of it happens. COPY only copies.

## Bad

```dockerfile
FROM debian:12
ADD app.py /app/
```

## Good

```dockerfile
FROM debian:12
COPY app.py /app/
```

## Fix

Safe where no source can be an archive, which ADD would unpack: directories and names that end as source code, text
or configuration do. Unsafe where a name does not tell. No finding for archives and addresses.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from bakehouse.dockerfile.edits import replace
from bakehouse.dockerfile.sources import Source, SourceKind
from bakehouse.dockerfile.state import Step
from bakehouse.lint.rule import FixSafety, Group, Hit, Severity, rule, safe_fix, unsafe_fix
from bakehouse.lint.subject import Subject

RULE = rule(
    __doc__,
    name="add-instead-of-copy",
    group=Group.SECURITY,
    severity=Severity.INFO,
    fix=FixSafety.SAFE,
    aliases=("DL3020", "CIS-DI-0009", "CKV_DOCKER_4"),
)
_ARCHIVE = re.compile(r"\.(?:tar(?:\.\w+)?|tgz|tbz2?|txz|tzst|tlz|gz|bz2|xz|zst|lzma|lz|Z|cpio)\Z", re.IGNORECASE)
_NO_ARCHIVE = re.compile(
    r"(?:^|/)\.?\Z|\.(?:py|js|mjs|cjs|ts|tsx|jsx|json|ya?ml|toml|ini|cfg|conf|config|sh|bash|txt|md|sql|html|css|xml"
    r"|properties|env|lock|rb|go|mod|sum|rs|c|h|cpp|java|jar|war|php|pl|lua|service|repo|list|pem|crt|key|pub|asc|gpg"
    r"|service|exe|dll|so|rules|tmpl|template|j2|csproj|gradle|kts|swift|proto|graphql|svg|png|ico|zip|rpm|deb|whl"
    r"|ps1|bat|cmd|bashrc|profile|patch|diff|kt|scala|ex|exs|dockerignore|gitignore|npmrc|nvmrc)\Z",
    re.IGNORECASE,
)
_SHARED_FLAGS = frozenset({"chown", "chmod", "link", "exclude"})


def check(subject: Subject) -> Iterator[Hit]:
    """Every ADD of the context's files that are no archives."""
    for _, step in subject.steps_named("ADD"):
        instruction = step.instruction
        if not step.sources or any(s.kind in (SourceKind.URL, SourceKind.GIT) for s in step.sources):
            continue
        if any(_ARCHIVE.search(source.path) for source in step.sources):
            continue
        same = all(flag.name in _SHARED_FLAGS for flag in instruction.flags)
        keyword = instruction.keyword
        edit = replace(keyword.span, "copy" if keyword.text.islower() else "COPY") if same else None
        fix = (safe_fix if _certainly_plain(step) else unsafe_fix)("Write COPY", edit)
        yield Hit("ADD of plain files", keyword.span, hint="write COPY", fix=fix)


def _certainly_plain(step: Step) -> bool:
    return step.certain and all(map(_is_plain, step.sources))


def _is_plain(source: Source) -> bool:
    return source.kind is SourceKind.HEREDOC or _NO_ARCHIVE.search(source.path) is not None

"""White space as BuildKit's parts see it: three different notions, which real files tell apart.

Enter bytes or text, leave spans. Go's `unicode.IsSpace` trims lines and splits words; a narrower ASCII set
splits the keyword from its arguments; and flags are read byte by byte, where 0x85 and 0xA0 count as space.
"""

from __future__ import annotations

import re

UNICODE_SPACE = "\t\n\v\f\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
"""The inside of a character class with what Go's unicode.IsSpace accepts."""

ASCII_SPACE = "\t\v\f\r "
"""The inside of a character class with what separates a keyword from its arguments."""

_LEADING = re.compile(
    rb"(?:[\t\n\v\f\r ]|\xc2[\x85\xa0]|\xe1\x9a\x80|\xe2\x80[\x80-\x8a\xa8\xa9\xaf]|\xe2\x81\x9f|\xe3\x80\x80)*"
)
_TRAILING_WIDE = re.compile(
    rb"(?:\xc2[\x85\xa0]|\xe1\x9a\x80|\xe2\x80[\x80-\x8a\xa8\xa9\xaf]|\xe2\x81\x9f|\xe3\x80\x80)\Z"
)
_ASCII = b"\t\n\v\f\r "


def skip_space(data: bytes, start: int, end: int) -> int:
    """The offset of the first byte in `start:end` that is not Unicode white space, or `end`."""
    match = _LEADING.match(data, start, end)
    assert match is not None
    return match.end()


def trim_end(data: bytes, start: int, end: int) -> int:
    """The end of `start:end` without trailing Unicode white space."""
    while True:
        while end > start and data[end - 1] in _ASCII:
            end -= 1
        if end == start or data[end - 1] < 0x80:
            return end
        wide = _TRAILING_WIDE.search(data, max(start, end - 3), end)
        if wide is None:
            return end
        end = wide.start()


def is_space(char: str) -> bool:
    """Go's unicode.IsSpace for one character."""
    return char in "\t\n\v\f\r \x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000" or "\u2000" <= char <= "\u200a"

"""Version ranges of runtimes, as manifests write them: enough of semver and PEP 440 to say a certain no.

Enter a version of a base image (`20`, `3.12.4`) and a range; leave whether it can satisfy it, None where that is
not certain. A tag such as `20` stands for its newest release, so only the parts it names are compared.
"""

from __future__ import annotations

import re

Version = tuple[int, ...]
_VERSION = re.compile(r"v?(\d+)(?:\.(\d+))?(?:\.(\d+))?")
_CLAUSE = re.compile(r"(>=|<=|==|!=|~=|>|<|\^|~|=)?\s*v?(\d+(?:\.\d+)*)(?:\.[xX*])?(?:[-+.]\S*)?")


def leading_version(tag: str | None) -> Version | None:
    """The version that a tag begins with: `20-alpine` → (20,), `3.12.4-slim` → (3, 12, 4)."""
    found = _VERSION.match(tag or "")
    return tuple(int(part) for part in found.groups() if part is not None) if found else None


def can_satisfy(version: Version, wanted: str) -> bool | None:
    """Whether a version lies in a range of clauses joined by commas or blanks, of alternatives joined by `||`."""
    answers = [_all(version, part) for part in wanted.split("||")]
    if any(answer is True for answer in answers):
        return True
    return False if answers and all(answer is False for answer in answers) else None


def _all(version: Version, text: str) -> bool | None:
    text = text.strip()
    if text in ("", "*", "x", "latest", "node", "lts/*") or " - " in text:
        return True if text in ("", "*", "x") else None
    rest = _CLAUSE.sub("", re.sub(r"([<>=~^!]+)\s+", r"\1", text))
    if rest.strip(" ,"):
        return None
    answers = [_clause(version, m[1] or "=", tuple(map(int, m[2].split(".")))) for m in _CLAUSE.finditer(text)]
    if any(answer is False for answer in answers):
        return False
    return True if all(answer is True for answer in answers) else None


def _clause(version: Version, operator: str, wanted: Version) -> bool | None:
    """One clause. Of a version that names fewer parts than the clause only the common ones count."""
    size = min(len(version), len(wanted))
    have, want = version[:size], wanted[:size]
    vague = len(version) < len(wanted)
    if operator in ("=", "=="):
        return have == want
    if operator == "!=":
        return None if have == want else True
    if operator == ">=":
        return have >= want
    if operator == ">":
        return have > want or (None if vague else version[: len(wanted)] > wanted)
    if operator == "<":
        return have < want or (None if vague and have == want else False)
    if operator == "<=":
        return have <= want
    fixed = 1 if operator == "^" else max(1, len(wanted) - 1) if operator == "~=" else min(2, len(wanted))
    common = min(fixed, size)
    return version[:common] == wanted[:common] and have >= want

"""Packages without a version: what the rules pin-apt, pin-pip and their like have in common.

Enter a subject and the managers to look at; leave one Hit for each call that installs packages by name alone.
Files, addresses and names that a variable gives are not judged.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from bakehouse.dockerfile.packages import Package, PackageCall
from bakehouse.lint.rule import Hit
from bakehouse.lint.subject import Subject

_NO_NAME = re.compile(
    r"[.~/$\-]|\*|\w+://|git\+|(?:file|link|workspace|github|gitlab):|.*\.(?:deb|rpm|apk|whl|tgz|gem|txt)\Z"
    r"|.*\.(?:tar\.\w+|zip)\Z|.*[`*?{]"
)
_SHOWN = 3

Pinned = Callable[[Package, PackageCall], bool]


def has_version(package: Package, _call: PackageCall) -> bool:
    """Whether the word itself gives a version: `curl=7.88`, `flask==3.0`."""
    return package.version is not None


def has_number(package: Package, _call: PackageCall) -> bool:
    """Whether the word gives a version with a number, or a variable: `yarn@1.22`, not `yarn@latest`."""
    return package.version is not None and re.match(r"[~^<>=v]*[0-9$]", package.version) is not None


def has_rpm_version(package: Package, _call: PackageCall) -> bool:
    """Whether the word gives a version as rpm has it (`httpd-2.4.6`, `nodejs:20`), or names a group."""
    return re.search(r"-[0-9$]|:|\A@", package.name) is not None


def unpinned_hits(
    subject: Subject,
    managers: tuple[str, ...],
    verbs: tuple[str, ...],
    pinned: Pinned,
    form: str,
    *,
    programs: tuple[str, ...] = (),
) -> Iterator[Hit]:
    """One hit for each call of `managers` with one of `verbs` that names packages without version.

    `form` shows how a version is written; `programs` narrows to what was called (dnf, not yum).
    """
    for _, call in subject.calls(*managers):
        if call.verb not in verbs or (programs and call.program not in programs):
            continue
        loose = [p for p in call.packages if not _NO_NAME.match(p.word.static) and not pinned(p, call)]
        if loose:
            names = ", ".join(p.word.static for p in loose[:_SHOWN])
            more = f" and {len(loose) - _SHOWN} more" if len(loose) > _SHOWN else ""
            have = "have" if len(loose) > 1 else "has"
            yield Hit(f"{names}{more} {have} no version", loose[0].word.span, hint=f"write {form}")

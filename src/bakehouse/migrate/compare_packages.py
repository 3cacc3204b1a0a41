"""The packages of two images go in, what came, went or moved to another version comes out."""

from __future__ import annotations

from collections.abc import Iterable

from bakehouse.image.packages import Package
from bakehouse.model.image_diff import How, PackageChange


def compare_packages(before: Iterable[Package], after: Iterable[Package]) -> tuple[PackageChange, ...]:
    """By ecosystem and name. All versions of a name count together, as npm installs several side by side."""
    old, new = _versions(before), _versions(after)
    changes = []
    for ecosystem, name in sorted(old.keys() | new.keys()):
        one, two = sorted(old.get((ecosystem, name), ())), sorted(new.get((ecosystem, name), ()))
        if one != two:
            how = How.ADDED if not one else How.REMOVED if not two else How.MOVED
            changes.append(PackageChange(ecosystem=ecosystem, name=name, how=how, before=tuple(one), after=tuple(two)))
    return tuple(changes)


def _versions(packages: Iterable[Package]) -> dict[tuple[str, str], set[str]]:
    found: dict[tuple[str, str], set[str]] = {}
    for package in packages:
        found.setdefault((package.ecosystem, package.name), set()).add(package.version)
    return found

"""A damaged cache: recognised from a failed build, found, dropped. In: a failure and its target. Out: what was done.

BuildKit trusts a cache's index until it needs a layer, and then fails the whole build. The words below are what it
says of damage (recorded: BuildKit 0.13 and 0.26 against directories and registries with altered, short and missing
blobs). Words alone drop nothing: each cache that the target reads is looked at, and only one that is really damaged
goes. If none is found the target is built once without reading any, because a registry may also lie.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from bakehouse.build.cache import directories, registry_caches
from bakehouse.errors import BakehouseError
from bakehouse.model.plan import Target
from bakehouse.tools import registry_admin

_WORDS = re.compile(
    r"unexpected commit digest sha256:\w+, expected"
    r"|content (?:digest )?sha256:\w+: not found"
    r"|short read: expected \d+ bytes but got \d+"
    r"|failed to (?:compute cache key|load cache key|extract layer)"
    r"|lease \"?\w+\"?: not found"
    r"|blob sha256:\w+ (?:is )?(?:missing|not found)"
    r"|looking for beginning of value"
    r"|failed size validation|failed to verify|invalid checksum|gzip: invalid|archive/tar: invalid"
)

# Seen with BuildKit 0.26 after it had begun to take a damaged layer: every later build of that base fails so, pruning
# does not help, a restart does.
_OWN_STORE = re.compile(r"lease \"?\w+\"?: not found")


@dataclass(frozen=True, slots=True)
class Repair:
    """What was found: `dropped` are caches that were damaged and are gone, `left` those that could not be dropped.

    With both empty nothing is damaged as far as can be seen.
    """

    dropped: tuple[str, ...] = ()
    left: tuple[str, ...] = ()

    @property
    def words(self) -> str:
        """One line for the user."""
        parts = [f"damaged cache dropped: {'; '.join(self.dropped)}"] if self.dropped else []
        parts += [f"damaged cache left: {'; '.join(self.left)}"] if self.left else []
        return "; ".join(parts) or "the cache may be damaged: built without reading it"


class Repairs:
    """The repairs of one run: each target gets one, and is then built without reading any cache."""

    def __init__(self, root: Path) -> None:
        self.said: dict[str, str] = {}
        self._root = root

    def attempt(self, failed: Sequence[Target], said: str) -> dict[str, Target]:
        """Of the failed targets those to build again, as they are then built; `said` is what the failed step said.

        Empty where the failure does not look like damage, or the target read no cache, or had its repair.
        """
        wanted = [t for t in failed if t.cache_from and t.id not in self.said] if suspicious(said) else []
        for target in wanted:
            self.said[target.id] = repair(target.cache_from, self._root).words
        return {t.id: replace(t, cache_from=()) for t in wanted}


def builder_damaged(said: str) -> bool:
    """Whether the builder's own store is broken: it keeps a record of a layer that it never got whole."""
    return _OWN_STORE.search(said) is not None


def suspicious(said: str) -> bool:
    """Whether a failure may come from a damaged cache."""
    return _WORDS.search(said) is not None


def repair(sources: Sequence[str], root: Path) -> Repair:
    """Look at every cache that a target reads (`cache-from` values) and drop the damaged ones.

    Paths of local caches are relative to `root`. A registry's layers are read whole, which can take long: call it
    after a failure only.
    """
    dropped: list[str] = []
    left: list[str] = []
    for source in sources:
        fields = dict(part.partition("=")[::2] for part in source.split(","))
        kind = fields.get("type")
        if kind == "local":
            place = root / fields.get("src", "")
            found = directories.damage(place) if place.exists() else ""
            if found:
                directories.drop(place)
                dropped.append(f"{fields['src']} ({found})")
        elif kind == "registry":
            _registry(fields.get("ref", ""), dropped, left)
    return Repair(tuple(dropped), tuple(left))


def _registry(reference: str, dropped: list[str], left: list[str]) -> None:
    try:
        found = registry_caches.damage(reference)
    except BakehouseError:
        return  # nobody answers: that is no damage, and the build says it
    if not found:
        return
    try:
        registry_admin.delete_tag(reference)
    except BakehouseError as error:
        left.append(f"{reference} ({found}; {error.message})")
    else:
        dropped.append(f"{reference} ({found})")

"""Caches in a registry that a build replaces. In: targets before the build. Out: the old manifests, deleted after it.

A tag that moves leaves its old manifest behind without a name: no list shows it any more, so nobody could delete it
later. Its layers stay as long as the new manifest or another needs them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from bakehouse.errors import BakehouseError
from bakehouse.model.plan import Target
from bakehouse.tools import at_once, registry, registry_admin

_SECONDS = 5.0


class Predecessors:
    """The cache manifests that the targets of a build had before it."""

    def __init__(self, targets: Iterable[Target]) -> None:
        self._references = {t.id: ref for t in targets if (ref := _reference(t))}
        self._before = _digests(self._references)

    def drop(self, built: Collection[str]) -> int:
        """After the build: delete those that were replaced; how many. A registry that forbids it keeps them."""
        ours = {t: r for t, r in self._references.items() if t in built and self._before.get(t)}
        after = _digests(ours)
        count = 0
        for target, reference in ours.items():
            old, new = self._before[target], after.get(target)
            if not new or old == new or old in after.values():
                continue
            parsed = registry.parse(reference)
            try:
                registry_admin.delete(f"{parsed.registry}/{parsed.repository}", old)
            except BakehouseError:
                continue
            count += 1
        return count


def _reference(target: Target) -> str | None:
    for value in target.cache_to:
        fields = dict(part.partition("=")[::2] for part in value.split(","))
        if fields.get("type") == "registry":
            return fields.get("ref")
    return None


def _digests(references: dict[str, str]) -> dict[str, str]:
    if not references:
        return {}
    asked = {t: (lambda ref=ref: registry.manifest_digest(ref)) for t, ref in references.items()}
    answers = at_once.ask(asked, seconds=_SECONDS)
    return {t: answer for t, answer in answers.items() if isinstance(answer, str)}

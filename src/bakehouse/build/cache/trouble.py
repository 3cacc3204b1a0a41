"""Caches that could not be read or written in a run. In: its events. Out: lines for the summary.

Neither fails a build: BuildKit goes on without a cache it cannot read, and an export that fails is ignored. But it is
said, because the next machine will miss what was not written.
"""

from __future__ import annotations

from bakehouse.model.progress import Progress, StepEvent, StepKind

_VERBS = {StepKind.CACHE_IMPORT: "read", StepKind.CACHE_EXPORT: "written"}
_NOT_THERE = (": not found", "NotFound")  # the first build of a target finds no cache: that is no trouble


class CacheTrouble:
    """Listens to a run."""

    def __init__(self) -> None:
        self._said: dict[str, None] = {}

    def on_event(self, event: Progress) -> None:
        """Take one event of the run."""
        if not isinstance(event, StepEvent) or not event.error or event.name.kind not in _VERBS:
            return
        verb = _VERBS[event.name.kind]
        if verb == "read" and event.error.endswith(_NOT_THERE):
            return
        whose = f" of {event.name.target}" if event.name.target else ""
        self._said[f"cache{whose} could not be {verb}: {event.error[:300]}"] = None

    @property
    def lines(self) -> tuple[str, ...]:
        """What there is to say, each once."""
        return tuple(self._said)

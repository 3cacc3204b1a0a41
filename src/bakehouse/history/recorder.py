"""One run's event stream folded into a BuildRecord.

In: a header (the run as planned, no steps) and Progress events. Out: `finish` gives the whole record, as often
as it is asked, so a long run can be saved while it works.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bakehouse.history.fold import LinesOf, fold
from bakehouse.history.log_tail import LogTail, clean
from bakehouse.history.sightings import Sighting
from bakehouse.model.progress import (
    BatchEvent,
    LogEvent,
    Progress,
    StepEvent,
    StepKind,
    TargetEvent,
    TargetState,
    TransferEvent,
    WarningEvent,
)
from bakehouse.model.record import BuildRecord, Outcome, RunStatus, StepRecord, TargetRecord

_NOTICES = 200
_OPEN = (TargetState.QUEUED, TargetState.RUNNING)


def _no_lines(_target: str, _stage: str, _index: int) -> tuple[int, int] | None:
    return None


class Recorder:
    """Folds the events of one run.

    `header` is the run with its planned targets and without steps. `lines_of(target, stage, index)` gives the
    1-based Dockerfile lines of a step. `secrets` are values that must not reach the record.
    """

    def __init__(self, header: BuildRecord, *, lines_of: LinesOf = _no_lines, secrets: Sequence[str] = ()) -> None:
        self._header = header
        self._lines_of = lines_of
        self._secrets = tuple(secrets)
        self._sightings: dict[tuple[int, str, str], Sighting] = {}
        self._reporters: dict[tuple[int, str], list[str]] = {}
        self._logs: dict[tuple[int, str], LogTail] = {}
        self._bytes: dict[tuple[int, str], dict[str, int]] = {}
        self._batches: dict[int, tuple[str, ...]] = {}
        self._batch_errors: dict[int, str] = {}
        self._last: dict[str, TargetEvent] = {}
        self._images: dict[str, tuple[str | None, int | None]] = {}
        self._peaks: dict[str, int] = {}
        self._notices: dict[str, None] = dict.fromkeys(header.notices)

    def on_event(self, event: Progress) -> None:
        """Take one event. Cheap; called for every line of a stream."""
        if isinstance(event, StepEvent):
            self._step(event)
        elif isinstance(event, TransferEvent):
            moved = self._bytes.setdefault((event.batch, event.vertex), {})
            moved[event.id] = max(moved.get(event.id, 0), event.current)
        elif isinstance(event, LogEvent):
            place = (event.batch, event.vertex)
            self._logs.setdefault(place, LogTail()).add(event.data, len(self._reporters.get(place, ())))
        elif isinstance(event, WarningEvent):
            self._warning(event)
        elif isinstance(event, BatchEvent):
            self._batches[event.batch] = event.targets
            if event.error:
                self._batch_errors[event.batch] = event.error
        else:
            self._last[event.target] = event
            digest, size = self._images.get(event.target, (None, None))
            self._images[event.target] = (event.digest or digest, event.image_bytes or size)
            if event.peak_memory is not None:
                self._peaks[event.target] = event.peak_memory

    def finish(self, status: RunStatus, at: float, message: str = "") -> BuildRecord:
        """The record of the run, which ended with `status` at `at` (Unix seconds; RUNNING: it has not yet)."""
        sightings = list(self._sightings.values())
        done = frozenset(
            t.id for t in self._header.targets if self._state(t.id) is TargetState.DONE or status is RunStatus.OK
        )
        steps = [self._complete(s) for s in fold(sightings, until=at, done=done, lines_of=self._lines_of)]
        by_target: dict[str, list[StepRecord]] = {}
        for step in steps:
            by_target.setdefault(step.target, []).append(step)
        targets = tuple(self._target(t, by_target.get(t.id, []), status) for t in self._header.targets)
        return replace(
            self._header,
            status=status,
            completed=None if status is RunStatus.RUNNING else at,
            message=clean(message or self._header.message or self._failure_text(status), self._secrets),
            targets=targets,
            steps=tuple(steps),
            notices=tuple(self._notices)[:_NOTICES],
        )

    def _step(self, event: StepEvent) -> None:
        target = event.name.target or self._only_target(event.batch)
        if target is None:
            return  # a step of the bake call itself
        place = (event.batch, event.vertex, target)
        sighting = self._sightings.get(place)
        if sighting is None:
            sighting = Sighting(event.batch, event.vertex, target, event.name)
            self._sightings[place] = sighting
            self._reporters.setdefault(place[:2], []).append(target)
        sighting.see(event)

    def _only_target(self, batch: int) -> str | None:
        names = self._batches.get(batch) or tuple(t.id for t in self._header.targets)
        return names[0] if len(names) == 1 else None

    def _warning(self, event: WarningEvent) -> None:
        reporters = self._reporters.get((event.batch, event.vertex), [])
        where = f"{reporters[0]}: " if reporters else ""
        line = f" (line {event.lines[0][0]})" if event.lines else ""
        self._notices.setdefault(clean(f"{where}{event.short}{line}", self._secrets).replace("\n", " "))

    def _complete(self, step: StepRecord) -> StepRecord:
        """Add what is known by vertex: bytes moved, and the log's end of a step that failed."""
        place = (step.batch, step.vertex)
        moved = sum(self._bytes.get(place, {}).values()) if step.kind is StepKind.CONTEXT else 0
        log = self._logs.get(place) if step.outcome is Outcome.FAILED else None
        return replace(
            step,
            instruction=clean(step.instruction, self._secrets),
            transferred_bytes=moved,
            log_tail=log.text(self._secrets) if log else "",
            error=clean(step.error, self._secrets) if step.error else None,
        )

    def _state(self, target: str) -> TargetState | None:
        event = self._last.get(target)
        return event.state if event else None

    def _target(self, planned: TargetRecord, steps: list[StepRecord], status: RunStatus) -> TargetRecord:
        own = [s for s in steps if s.kind.is_instruction]
        counts = {outcome: sum(s.outcome is outcome for s in own) for outcome in Outcome}
        state = self._state(planned.id) or planned.state
        if state in _OPEN and status is not RunStatus.RUNNING:
            state = _ended(steps, status)
        event = self._last.get(planned.id)
        digest, size = self._images.get(planned.id, (None, None))
        return replace(
            planned,
            state=state,
            started=min((s.started for s in steps if s.started is not None), default=None),
            completed=max((s.completed for s in steps if s.completed is not None), default=None),
            executed=counts[Outcome.EXECUTED],
            cached=counts[Outcome.CACHED],
            deduplicated=counts[Outcome.DEDUPLICATED],
            failed=counts[Outcome.FAILED],
            canceled=counts[Outcome.CANCELED],
            digest=digest or planned.digest,
            image_bytes=size if size is not None else planned.image_bytes,
            peak_memory=self._peaks.get(planned.id),
            context_bytes=sum(s.transferred_bytes for s in steps if s.instruction.startswith("load build context")),
            message=clean((event.message if event else "") or planned.message, self._secrets),
        )

    def _failure_text(self, status: RunStatus) -> str:
        if status is not RunStatus.FAILED:
            return ""
        words = [line for text in self._batch_errors.values() for line in text.splitlines() if "ERROR" in line]
        return words[0].strip() if words else ""


def _ended(steps: list[StepRecord], status: RunStatus) -> TargetState:
    """The state of a target of which no last event told: read from its steps."""
    outcomes = {s.outcome for s in steps}
    if Outcome.FAILED in outcomes:
        return TargetState.FAILED
    if status is RunStatus.OK:
        return TargetState.DONE
    if not steps or outcomes & {Outcome.CANCELED, Outcome.UNFINISHED} or status is RunStatus.INTERRUPTED:
        return TargetState.CANCELED
    return TargetState.DONE

"""What a progress display shows at this moment: the event stream folded per target. No drawing here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from bakehouse.build.attribution import is_collateral
from bakehouse.model.progress import (
    BatchEvent,
    Progress,
    StepEvent,
    StepName,
    TargetEvent,
    TargetState,
    TransferEvent,
)


@dataclass(slots=True)
class TargetLine:
    """One target on the screen. Times are Unix seconds; `running` maps a vertex to its name."""

    id: str
    state: TargetState = TargetState.QUEUED
    started: float | None = None
    finished: float | None = None
    executed: set[str] = field(default_factory=set)
    cached: set[str] = field(default_factory=set)
    running: dict[str, StepName] = field(default_factory=dict)
    transfers: dict[str, tuple[int, int]] = field(default_factory=dict)
    message: str = ""

    @property
    def transferred(self) -> tuple[int, int]:
        """Bytes moved and bytes known to be moved, over all transfers of this target that still run."""
        return sum(c for c, _ in self.transfers.values()), sum(t for _, t in self.transfers.values())

    @property
    def step_text(self) -> str:
        """The step at work, in words; several are counted."""
        if not self.running:
            return ""
        name = max(self.running.values(), key=lambda n: (n.kind.is_instruction, n.index or 0))
        place = f"{name.stage + ' ' if name.stage else ''}{name.index}/{name.total} " if name.index else ""
        more = f"  (+{len(self.running) - 1})" if len(self.running) > 1 else ""
        return f"{place}{name.instruction or name.raw}{more}"


@dataclass(frozen=True, slots=True)
class StepDone:
    """A step that just ended, for displays that print lines."""

    target: str
    name: StepName
    seconds: float
    cached: bool
    error: str | None


class LiveState:
    """Fold events; ask for lines. `expected` maps a target to its usual seconds (history), for the estimate."""

    def __init__(self, targets: Sequence[str], expected: Mapping[str, float]) -> None:
        self.targets = {name: TargetLine(name) for name in targets}
        self.expected = expected
        self._batches: dict[int, tuple[str, ...]] = {}
        self._reported: set[tuple[int, str]] = set()

    def feed(self, event: Progress) -> StepDone | TargetLine | None:
        """Take one event; give back a step that ended or a target that changed, where one did."""
        if isinstance(event, BatchEvent):
            self._batches[event.batch] = event.targets
        elif isinstance(event, StepEvent):
            return self._step(event)
        elif isinstance(event, TransferEvent):
            self._transfer(event)
        elif isinstance(event, TargetEvent):
            return self._target(event)
        return None

    def remaining_seconds(self, now: float) -> float | None:
        """Time left if every target takes what it usually takes; None where one was never timed."""
        left = 0.0
        for line in self.targets.values():
            if line.state not in (TargetState.QUEUED, TargetState.RUNNING):
                continue
            usual = self.expected.get(line.id)
            if usual is None:
                return None
            left = max(left, usual - (now - line.started if line.started else 0.0))
        return max(0.0, left)

    def counts(self) -> Mapping[TargetState, int]:
        """How many targets are in each state."""
        result: dict[TargetState, int] = {}
        for line in self.targets.values():
            result[line.state] = result.get(line.state, 0) + 1
        return result

    def _owner(self, batch: int, target: str | None) -> TargetLine | None:
        names = self._batches.get(batch, ())
        return self.targets.get(target or (names[0] if len(names) == 1 else ""))

    def _step(self, event: StepEvent) -> StepDone | None:
        line = self._owner(event.batch, event.name.target)
        if line is None:
            return None
        if event.completed is None:
            if event.started is not None:
                line.running[event.vertex] = event.name
            return None
        line.running.pop(event.vertex, None)
        if event.name.kind.is_instruction:
            (line.cached if event.cached else line.executed).add(event.vertex)
            if event.cached:
                line.executed.discard(event.vertex)
        if (event.batch, event.vertex) in self._reported and not event.error:
            return None
        self._reported.add((event.batch, event.vertex))
        if event.error and is_collateral(event.error):
            return None  # stopped for another's sake, or to be run again: no news of this step
        seconds = event.completed - (event.started if event.started is not None else event.completed)
        return StepDone(line.id, event.name, seconds, event.cached, event.error)

    def _transfer(self, event: TransferEvent) -> None:
        for line in self.targets.values():
            if event.vertex in line.running:
                key = f"{event.vertex}/{event.id}"
                if event.completed is None and event.current:
                    line.transfers[key] = (event.current, max(event.total, event.current))
                else:
                    line.transfers.pop(key, None)

    def _target(self, event: TargetEvent) -> TargetLine | None:
        line = self.targets.get(event.target)
        if line is None:
            return None
        line.state, line.message = event.state, event.message
        if event.state is TargetState.RUNNING:
            line.started = event.at
        elif event.state is not TargetState.QUEUED:
            line.finished = event.at
            line.running.clear()
            line.transfers.clear()
        return line

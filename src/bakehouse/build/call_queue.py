"""Calls that wait: for their turn, for another call's image, for memory, or for the time of another try."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field

from bakehouse.build.schedule import Call
from bakehouse.model.plan import Target


@dataclass(frozen=True, slots=True)
class _Waiting:
    call: Call
    not_before: float


@dataclass(slots=True)
class CallQueue:
    """`peaks` are the most bytes each target ever used (history), `memory` what there is for all; 0: not known."""

    peaks: Mapping[str, int] = field(default_factory=dict)
    memory: int = 0
    _waiting: list[_Waiting] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self._waiting)

    def add(self, call: Call, *, not_before: float = 0.0, first: bool = False) -> None:
        """Put a call at the end or at the front; it is not taken before the monotonic time `not_before`."""
        self._waiting.insert(0 if first else len(self._waiting), _Waiting(call, not_before))

    def take(
        self,
        now: float,
        unfinished: Collection[str],
        running: Collection[Call],
        has_room: Callable[[Call], bool] = lambda _: True,
    ) -> Call | None:
        """The first call that can start at the monotonic time `now`, None if none can.

        `unfinished` are the targets that are not done: what a call needs must not be among them. `has_room` says
        whether some builder has a place for a call.
        """
        used = sum(self._peak(call) for call in running)
        for i, waiting in enumerate(self._waiting):
            if waiting.not_before > now or waiting.call.needs.intersection(unfinished):
                continue
            if running and self.memory and used + self._peak(waiting.call) > self.memory:
                continue
            if not has_room(waiting.call):
                continue
            del self._waiting[i]
            return waiting.call
        return None

    def drop(self, names: Collection[str]) -> tuple[Target, ...]:
        """Take targets out of all waiting calls; those that were in one."""
        dropped = [t for w in self._waiting for t in w.call.targets if t.id in names]
        rest = [(tuple(t for t in w.call.targets if t.id not in names), w) for w in self._waiting]
        self._waiting = [_Waiting(Call(left, w.call.needs), w.not_before) for left, w in rest if left]
        return tuple(dropped)

    def clear(self) -> None:
        """Forget all that waits."""
        self._waiting.clear()

    def _peak(self, call: Call) -> int:
        return sum(self.peaks.get(name, 0) for name in call.names)

"""Where the calls of a run go. In: a pool of builders, or the name of one, or none (buildx's current). Out: places.

With one builder every call goes there. With several the pool decides, a call whose builder died gets another place,
and what the builders do is written for `bakehouse builder status`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from bakehouse.build import nodes_file
from bakehouse.build.cache.recovery import builder_damaged
from bakehouse.build.nodes import Lease, NodePool
from bakehouse.build.schedule import Call


@dataclass(frozen=True, slots=True)
class Place:
    """A builder for a call (None: buildx's current one), and what there is to say of it."""

    builder: str | None
    note: str = ""


class Placement:
    """The places of one run; `state` is the directory for what is written of them."""

    def __init__(self, builder: str | None, pool: NodePool | None, state: Path) -> None:
        self._builder = builder
        self._pool = pool
        self._state = state
        self._leases: dict[int, Lease] = {}

    def workers(self, default: int) -> int:
        """Calls at once: what the living builders take together, `default` where there is one."""
        return self._pool.capacity if self._pool else default

    def has_room(self, call: Call) -> bool:
        """Whether a builder has a place for the call now. Raises EngineError where none is left that fits."""
        return self._pool is None or self._pool.has_room(_platforms(call))

    def take(self, number: int, call: Call) -> Place:
        """The place of the call of that number, for which there was room."""
        if self._pool is None:
            return Place(self._builder)
        lease = self._pool.take(number, call.names, _platforms(call))
        assert lease is not None, "one thread asks for room and takes it"
        self._leases[number] = lease
        emulating = f", emulating {', '.join(lease.emulated)}" if lease.emulated else ""
        return Place(lease.builder, f"on {lease.builder}{emulating}")

    def ended(self, number: int, waiting: int) -> None:
        """The call of that number ended; `waiting` others have no place yet."""
        lease = self._leases.get(number)
        if self._pool is not None and lease is not None:
            self._pool.give_back(lease, number)
            self.tell(waiting)

    def lost(self, number: int, said: str) -> str:
        """After a failed call: why its builder is lost, with its name; "" where the call failed of itself.

        `said` is what the failed steps said.
        """
        lease = self._leases.get(number)
        if self._pool is None or lease is None:
            return ""
        broken = "its own store is damaged: restart it" if builder_damaged(said) else ""
        reason = self._pool.failed(lease, broken)
        return f"{lease.builder} is lost ({reason})" if reason else ""

    def dead(self, running: Iterable[int]) -> tuple[int, ...]:
        """Numbers of the running calls whose builder was found dead: they may hang, so they should be stopped."""
        if self._pool is None:
            return ()
        gone = self._pool.watch()
        return tuple(n for n in running if n in self._leases and self._leases[n].builder in gone)

    def tell(self, waiting: int) -> None:
        """Write what the builders do now."""
        if self._pool is not None:
            nodes_file.write(self._state, self._pool.use(waiting))


def _platforms(call: Call) -> frozenset[str]:
    return frozenset(p for target in call.targets for p in target.platforms)

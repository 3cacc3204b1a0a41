"""Several builders as one: which call runs where, and what becomes of it when its builder dies.

In: builders as buildx lists them, and how many calls each takes at once. Out: a builder for each call. A call goes
to a builder that runs its platforms natively, among those to the least loaded; to an emulating one only where no
native one is alive. A builder that stops answering is out for the rest of the run.
"""

from __future__ import annotations

import os
import re
import threading
import time
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field

from bakehouse.build.platforms import Fit, fit
from bakehouse.errors import BakehouseError, EngineError
from bakehouse.model.builder import Builder, NodeUse, PoolUse
from bakehouse.tools import buildx
from bakehouse.tools.run import run

PROBE_SECONDS = 8.0
"""A living builder answers `buildx inspect` in 0.2 s; one that hangs would make it wait for 20."""
WATCH_SECONDS = 15.0


@dataclass(slots=True)
class Node:
    """A builder and what it does now. `capacity` is in calls at once; `busy` in seconds, of all its calls together."""

    name: str
    platforms: tuple[tuple[str, ...], ...]
    capacity: int
    running: dict[int, tuple[str, ...]] = field(default_factory=dict)
    calls: int = 0
    busy: float = 0.0
    lost: str = ""
    _begun: dict[int, float] = field(default_factory=dict)

    @property
    def load(self) -> float:
        """Share of its capacity that is taken."""
        return len(self.running) / self.capacity

    def begin(self, call: int, targets: tuple[str, ...]) -> None:
        """A call starts here."""
        self.running[call] = targets
        self._begun[call] = time.monotonic()
        self.calls += 1

    def end(self, call: int) -> None:
        """A call ended here."""
        if call in self._begun:
            self.busy += time.monotonic() - self._begun.pop(call)
        self.running.pop(call, None)

    def use(self, now: float, elapsed: float) -> NodeUse:
        """Its part in a run that is `elapsed` seconds old."""
        busy = self.busy + sum(now - begun for begun in self._begun.values())
        return NodeUse(
            name=self.name,
            capacity=self.capacity,
            running=tuple(t for targets in self.running.values() for t in targets),
            calls=self.calls,
            busy=round(busy, 3),
            utilisation=round(min(1.0, busy / (elapsed * self.capacity)), 4),
            lost=self.lost,
        )


@dataclass(frozen=True, slots=True)
class Lease:
    """A call's place. `emulated` are the platforms that the builder does not run natively."""

    builder: str
    emulated: tuple[str, ...] = ()


class NodePool:
    """The builders of one run. All methods may be called from several threads."""

    def __init__(self, nodes: Sequence[Node], probe: Callable[[str], str] | None = None) -> None:
        """`probe` says why a builder does not answer, "" where it does (default: `ask`)."""
        self.nodes = tuple(nodes)
        self.started = time.time()
        self._began = time.monotonic()
        self._probe = probe or ask
        self._lock = threading.Lock()
        self._watcher: threading.Thread | None = None
        self._watched = time.monotonic()

    @property
    def capacity(self) -> int:
        """Calls at once on the builders that are alive; 1 where none is, so that somebody learns of it."""
        return max(1, sum(n.capacity for n in self.nodes if not n.lost))

    def take(self, call: int, targets: tuple[str, ...], platforms: Collection[str]) -> Lease | None:
        """A place for a call that builds `platforms` (none: the builder's own); None where all fitting ones are full.

        Raises EngineError where no living builder can build for these platforms.
        """
        with self._lock:
            free = self._free(platforms)
            if not free:
                return None
            node, found = min(free, key=lambda pair: (len(pair[1].emulated), pair[0].load, self.nodes.index(pair[0])))
            node.begin(call, targets)
            return Lease(node.name, found.emulated)

    def has_room(self, platforms: Collection[str]) -> bool:
        """Whether `take` would give a place. Raises as it does."""
        with self._lock:
            return bool(self._free(platforms))

    def _free(self, platforms: Collection[str]) -> list[tuple[Node, Fit]]:
        fits = [(n, fit(n.platforms, platforms)) for n in self.nodes if not n.lost]
        able = [(n, f) for n, f in fits if not f.impossible]
        if not able:
            raise self._nobody(platforms, fits)
        native = [(n, f) for n, f in able if not f.emulated]
        return [(n, f) for n, f in native or able if len(n.running) < n.capacity]

    def give_back(self, lease: Lease, call: int) -> None:
        """The call ended, well or not."""
        with self._lock:
            self._node(lease.builder).end(call)

    def failed(self, lease: Lease, broken: str = "") -> str:
        """A call failed: why its builder is lost, "" where it still answers and the call failed of itself.

        `broken` says why it shall count as lost though it answers.
        """
        node = self._node(lease.builder)
        if not node.lost:
            reason = broken or self._probe(node.name)
            with self._lock:
                node.lost = node.lost or reason
        return node.lost

    def watch(self) -> tuple[str, ...]:
        """Names of builders found dead; asks those at work, every WATCH_SECONDS, without holding up the caller."""
        now = time.monotonic()
        idle = self._watcher is None or not self._watcher.is_alive()
        if idle and now - self._watched >= WATCH_SECONDS:
            self._watched = now
            self._watcher = threading.Thread(target=self._ask_busy, daemon=True, name="nodes")
            self._watcher.start()
        return tuple(n.name for n in self.nodes if n.lost)

    def use(self, queued: int) -> PoolUse:
        """What the builders do now; `queued` calls wait."""
        with self._lock:
            now = time.monotonic()
            elapsed = max(now - self._began, 0.001)
            nodes = tuple(n.use(now, elapsed) for n in self.nodes)
        return PoolUse(pid=os.getpid(), started=self.started, updated=time.time(), queued=queued, nodes=nodes)

    def _ask_busy(self) -> None:
        for node in self.nodes:
            if node.running and not node.lost:
                reason = self._probe(node.name)
                with self._lock:
                    node.lost = node.lost or reason

    def _node(self, name: str) -> Node:
        return next(n for n in self.nodes if n.name == name)

    def _nobody(self, platforms: Collection[str], fits: Iterable[tuple[Node, Fit]]) -> EngineError:
        lost = [f"{n.name}: {n.lost}" for n in self.nodes if n.lost]
        wanted = ", ".join(sorted(platforms)) or "any platform"
        alive = [n.name for n, _ in fits]
        said = f"no builder is left for {wanted}" if not alive else f"none of {', '.join(alive)} builds for {wanted}"
        if lost:
            said += f" (lost: {'; '.join(lost)})"
        return EngineError(said, hint="start the builders again, see `bakehouse builder status`; then build again")


def pool(builders: Sequence[Builder], capacities: dict[str, int], default_capacity: int) -> NodePool:
    """The pool of a workspace's builders. One that does not run now is in it as lost, with the reason."""
    return NodePool(
        [
            Node(
                name=b.name,
                platforms=tuple(n.platforms for n in b.nodes if n.platforms),
                capacity=max(1, capacities.get(b.name, default_capacity)),
                lost=trouble(b),
            )
            for b in builders
        ]
    )


def trouble(builder: Builder) -> str:
    """Why a listed builder cannot be used now, "" where it can: none of its nodes runs (or may still be started)."""
    if builder.error:
        return builder.error
    if builder.driver == "docker-container":
        return ""  # an inactive one is started by its first build
    alive = [n for n in builder.nodes if n.status == "running"]
    if alive:
        return ""
    found = [n.error or n.status or "does not answer" for n in builder.nodes]
    return "; ".join(dict.fromkeys(found)) or "it has no node"


def ask(name: str) -> str:
    """Why a builder does not answer now, "" where it does."""
    try:
        said = run(buildx.inspect_builder(name), timeout=PROBE_SECONDS, check=False)
    except BakehouseError as error:
        return error.message
    statuses = re.findall(r"^Status:\s*(\S+)", said.stdout, re.MULTILINE)
    if "running" in statuses:
        return ""
    found = re.search(r"^Error:\s*(.+)", said.stdout, re.MULTILINE)
    if found:
        return str(found[1]).strip()
    if statuses:
        return f"its nodes are {', '.join(dict.fromkeys(statuses))}"
    return said.stderr.strip()[-200:] or "it is gone"

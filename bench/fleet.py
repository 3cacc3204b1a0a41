"""The example monorepo against `docker buildx bake` of the same definition (registry cache, push) and against serial
builds of the Dockerfiles it had before. One table; both sides of a row alternate within one run.
"""

import statistics
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from bench.fleet_world import Copy, World, legacy, prune

BUMPS = ("8.1.8", "8.1.7", "8.1.6", "8.1.5", "8.1.4", "8.1.3")  # of click, which uvicorn takes from 7.0 on
HEAD = "| scenario | against | ours, s | theirs, s | theirs/ours | goal | rounds |\n|---|---|---|---|---|---|---|\n"
Timed = Callable[[], float]


@dataclass
class Row:
    """One comparison; the goal is a ratio of theirs to ours."""

    scenario: str
    against: str
    goal: str
    ours: list[float] = field(default_factory=list)
    theirs: list[float] = field(default_factory=list)

    def measure(self, rounds: int, ours: Timed, theirs: Timed) -> "Row":
        """Alternating rounds; the side that goes first changes each time."""
        print(f"{self.scenario} / {self.against}", file=sys.stderr, flush=True)
        for number in range(rounds):
            pair = [(self.ours, ours), (self.theirs, theirs)]
            for times, timed in pair if number % 2 == 0 else reversed(pair):
                times.append(timed())
            print(f"  {self.ours[-1]:.2f} s against {self.theirs[-1]:.2f} s", file=sys.stderr, flush=True)
        return self

    def line(self) -> str:
        ours, theirs = statistics.median(self.ours), statistics.median(self.theirs)
        return (
            f"| {self.scenario} | {self.against} | {ours:.2f} | {theirs:.2f} | **{theirs / ours:.1f}×** "
            f"| {self.goal} | {len(self.ours)} |"
        )


def measure(rounds: int) -> str:
    """Run all comparisons; a Markdown table."""
    with tempfile.TemporaryDirectory() as place:
        rows = []
        for row in _rows(World(Path(place)), rounds):
            rows.append(row.line())
            print(rows[-1], file=sys.stderr, flush=True)
    return HEAD + "\n".join(rows) + "\n"


def _rows(world: World, rounds: int) -> Iterator[Row]:
    ours, theirs, before = world.copy("ours"), world.copy("bake"), legacy(world)
    definition, former = theirs.definition(), before.definition()

    def bake_all() -> float:
        return theirs.bake(definition)

    def serial() -> float:
        return before.serial(former)

    # cold first: afterwards all three sides are warm
    slow = Row("everything cold", "legacy, serial", "> 1×")
    slow.measure(1, _cold(ours.ours), _cold(serial))
    again, twin = world.copy("ours-again"), world.copy("bake-again")
    once_more = twin.definition()
    cold = Row("everything cold", "bake of all", "≥ 0.95×")
    yield cold.measure(1, _cold(again.ours), _cold(lambda: twin.bake(once_more)))
    yield slow
    bake_all()

    warm = Row("nothing changed, warm", "bake of all", "≥ 20×")
    yield warm.measure(rounds, ours.ours, bake_all)
    fresh = Row("nothing changed, fresh runner", "bake of all", "≥ 20×")
    yield fresh.measure(rounds, _cold(ours.ours, ours.forget), _cold(bake_all))
    ours.ours("--no-reuse")
    serial()

    line, library = Copy.edit_source, Copy.edit_library
    yield Row("one source line", "bake of all", "≥ 3×").measure(
        rounds, _edited(ours, line, ours.ours), _edited(theirs, line, bake_all)
    )
    yield Row("one shared library line", "bake of all", "≥ 2×").measure(
        rounds, _edited(ours, library, ours.ours), _edited(theirs, library, bake_all)
    )
    yield Row("one source line", "legacy, serial", "≥ 10×").measure(
        1, _edited(ours, line, ours.ours), _edited(before, line, serial)
    )
    versions = iter(BUMPS)
    yield Row("one dependency bump", "legacy, serial", "≥ 3×").measure(
        1,
        _edited(ours, lambda copy: copy.bump(next(versions)), ours.ours),
        _edited(before, lambda copy: copy.bump(next(versions)), serial),
    )


def _cold(timed: Timed, prepare: Callable[[], None] = lambda: None) -> Timed:
    """The same after the engine's build cache was emptied."""

    def run() -> float:
        prune()
        prepare()
        return timed()

    return run


def _edited(copy: Copy, edit: Callable[[Copy], None], timed: Timed) -> Timed:
    """The same after an edit that nobody has built yet."""

    def run() -> float:
        edit(copy)
        return timed()

    return run

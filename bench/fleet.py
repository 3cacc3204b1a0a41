"""The example monorepo against `docker buildx bake` of the same definition (registry cache, push) and against serial
builds of the Dockerfiles it had before. One table; both sides of a row alternate within one run.
"""

import statistics
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import chain
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


def measure(rounds: int, *, before: bool = True) -> str:
    """Run all comparisons, or (without `before`) those against bake; a Markdown table."""
    with tempfile.TemporaryDirectory() as place:
        world = World(Path(place))
        ours = world.copy("ours")
        rows = []
        for row in chain(_against_bake(world, ours, rounds), _against_legacy(world, ours) if before else ()):
            rows.append(row.line())
            print(rows[-1], file=sys.stderr, flush=True)
    return HEAD + "\n".join(rows) + "\n"


def _against_bake(world: World, ours: Copy, rounds: int) -> Iterator[Row]:
    theirs = world.copy("bake")
    definition = theirs.definition()

    def bake_all() -> float:
        return theirs.bake(definition)

    # cold first: afterwards both sides are warm
    yield Row("everything cold", "bake of all", "≥ 0.95×").measure(1, _cold(ours.ours), _cold(bake_all))
    bake_all()
    yield Row("nothing changed, warm", "bake of all", "≥ 20×").measure(rounds, ours.ours, bake_all)
    yield Row("nothing changed, fresh runner", "bake of all", "≥ 20×").measure(
        rounds, _cold(ours.ours, ours.forget), _cold(bake_all)
    )
    ours.ours("--no-reuse")
    for scenario, goal, edit in (
        ("one source line", "≥ 3×", Copy.edit_source),
        ("one shared library line", "≥ 2×", Copy.edit_library),
    ):
        yield Row(scenario, "bake of all", goal).measure(
            rounds, _edited(ours, edit, ours.ours), _edited(theirs, edit, bake_all)
        )


def _against_legacy(world: World, ours: Copy) -> Iterator[Row]:
    """One round each: the other side takes many minutes."""
    before = legacy(world)
    former = before.definition()

    def serial() -> float:
        return before.serial(former)

    new = world.copy("ours-new")  # whose registry cache is empty too
    yield Row("everything cold", "legacy, serial", "> 1×").measure(1, _cold(new.ours), _cold(serial))
    yield Row("one source line", "legacy, serial", "≥ 10×").measure(
        1, _edited(ours, Copy.edit_source, ours.ours), _edited(before, Copy.edit_source, serial)
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

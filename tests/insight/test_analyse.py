"""Critical path, cache outcome and savings on recorded streams."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.streams import STREAMS, header, replay

from bakehouse.insight.analyse import analyse
from bakehouse.insight.cache_outcome import cache_outcome
from bakehouse.insight.critical_path import critical_path
from bakehouse.model.progress import StepKind
from bakehouse.model.record import Outcome, RunStatus, StepRecord


@pytest.mark.parametrize("name", STREAMS)
def test_seconds_and_waits_are_the_time_to_the_end(name: str) -> None:
    record = replay(name)
    path = critical_path(record)
    total = sum(e.seconds + e.wait_seconds for e in path.elements)
    assert total == pytest.approx(path.total_seconds, abs=1e-6)
    assert path.total_seconds <= record.seconds + 1e-6
    assert all(e.seconds >= 0 and e.wait_seconds >= 0 for e in path.elements)
    if record.status is RunStatus.OK:
        assert path.total_seconds == pytest.approx(record.seconds, abs=1e-6)


def test_the_path_of_a_cold_build_leaves_out_the_parallel_branch() -> None:
    path = critical_path(replay("single-cold"))
    texts = [e.step.instruction for e in path.elements]
    assert [t for t in texts if "sleep" in t] == [
        "RUN sleep 1 && echo dep > /app/dep",
        "RUN sleep 2 && echo out > /app/out",
    ]
    assert path.elements[-1].step.kind is StepKind.EXPORT
    assert sum(e.seconds for e in path.elements if "sleep" in e.step.instruction) == pytest.approx(3.11, abs=0.01)


def test_cached_steps_stamped_late_do_not_hide_the_step_that_took_the_time() -> None:
    path = critical_path(replay("single-partial"))
    assert any("sleep 2" in e.step.instruction and e.seconds > 2 for e in path.elements)
    assert sum(e.wait_seconds for e in path.elements) < 0.1


def test_a_target_that_waited_for_a_shared_step_shows_the_wait_as_that_step() -> None:
    path = critical_path(replay("bake-shared-stage"))
    shared = [e for e in path.elements if e.step.outcome is Outcome.DEDUPLICATED and "sleep 3" in e.step.instruction]
    assert [round(e.seconds, 2) for e in shared] == [3.37]


def test_the_failed_step_decided_the_end_not_the_sibling_it_canceled() -> None:
    path = critical_path(replay("bake-one-target-fails"))
    assert path.elements[-1].step.outcome is Outcome.FAILED
    assert {e.step.target for e in path.elements} == {"bad"}


def _step(target: str, vertex: str, start: float, end: float, *inputs: str) -> StepRecord:
    return StepRecord(
        target=target, platform="", stage="s", index=1, total=1, instruction=vertex, kind=StepKind.RUN,
        outcome=Outcome.EXECUTED, batch=1, vertex=vertex, inputs=inputs, started=start, completed=end,
        seconds=end - start,
    )  # fmt: skip


def test_a_call_that_waited_for_a_free_place_follows_what_held_it() -> None:
    steps = (_step("a", "x", 1.0, 5.0), _step("b", "y", 5.5, 9.0), _step("b", "z", 9.25, 10.0, "y"))
    path = critical_path(replace(header(("a", "b"), 0.0), completed=10.0, steps=steps))
    assert [(e.step.vertex, e.seconds, e.wait_seconds) for e in path.elements] == [
        ("x", 4.0, 1.0),
        ("y", 3.5, 0.5),
        ("z", 0.75, 0.25),
    ]
    assert path.total_seconds == 10.0


def test_hostile_circles_of_inputs_end() -> None:
    steps = (_step("a", "x", 1.0, 2.0, "y", "x"), _step("a", "y", 1.0, 2.0, "x"))
    assert critical_path(replace(header(("a",), 0.0), completed=2.0, steps=steps)).elements


def test_nothing_ran() -> None:
    analysis = analyse(replace(header(("a",), 0.0), completed=1.0), None)
    assert analysis.critical_path.elements == ()
    assert (analysis.parallelism, analysis.cache.hit_ratio) == (0.0, 0.0)


def test_cache_outcome_of_a_run_is_the_sum_of_its_targets() -> None:
    record = replay("bake-shared-stage")
    cache = cache_outcome(record.steps)
    assert (cache.executed, cache.cached, cache.deduplicated) == (7, 0, 8)
    assert cache.executed == sum(t.executed for t in record.targets)
    assert cache.hit_ratio == pytest.approx(8 / 15)


def test_savings_are_told_of_good_runs_against_another_run() -> None:
    cold, warm = replay("single-cold", "cold"), replay("single-cached", "warm")
    found = analyse(warm, cold)
    assert found.saved_seconds == pytest.approx(cold.seconds - warm.seconds)
    assert found.baseline_run == "cold"
    assert analyse(cold, cold).saved_seconds is None
    assert analyse(replace(warm, status=RunStatus.FAILED), cold).saved_seconds is None


def test_parallelism_counts_a_shared_step_once() -> None:
    assert analyse(replay("bake-linked-contexts"), None).parallelism < 2
    slowest = analyse(replay("bake-15-targets-2cores"), None).slowest
    assert len(slowest) == 15
    assert [s.seconds for s in slowest] == sorted((s.seconds for s in slowest), reverse=True)

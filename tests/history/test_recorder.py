"""Durations and outcomes where a naive reading of the stream is wrong, on real recorded streams."""

from __future__ import annotations

import pytest
from tests.streams import STREAMS, header, replay

from bakehouse.history.log_tail import LogTail, clean
from bakehouse.history.recorder import Recorder
from bakehouse.history.sightings import union_seconds
from bakehouse.model.progress import BatchEvent, LogEvent, StepEvent, StepKind, StepName, TargetEvent, TargetState
from bakehouse.model.record import BuildRecord, Outcome, RunStatus, StepRecord


def _steps(record: BuildRecord, text: str) -> list[StepRecord]:
    return [s for s in record.steps if text in s.instruction or text == s.stage]


@pytest.mark.parametrize("name", STREAMS)
def test_no_step_takes_longer_than_its_run(name: str) -> None:
    record = replay(name)
    for step in record.steps:
        assert 0 <= step.seconds <= record.seconds
        assert step.concurrency >= 0
        if step.started is not None and step.completed is not None:
            assert step.seconds <= step.completed - step.started + 1e-6


def test_fifteen_copies_of_a_shared_step_count_once() -> None:
    common = [s for s in replay("bake-15-targets-2cores").steps if s.stage == "common" and s.kind is StepKind.RUN]
    assert len(common) == 15
    assert sum(s.seconds for s in common) == pytest.approx(4.055, abs=0.001)
    assert [s.outcome for s in common].count(Outcome.DEDUPLICATED) == 14


def test_a_shared_run_is_executed_once_and_deduplicated_four_times() -> None:
    shared = [s for s in replay("bake-shared-stage").steps if "sleep 3" in s.instruction]
    assert sorted(s.outcome for s in shared) == [Outcome.DEDUPLICATED] * 4 + [Outcome.EXECUTED]
    assert sum(s.seconds for s in shared) == pytest.approx(3.370, abs=0.001)


def test_linked_targets_share_their_base() -> None:
    shared = [s for s in replay("bake-linked-contexts").steps if "sleep 3" in s.instruction]
    assert sum(s.outcome is Outcome.EXECUTED for s in shared) == 1
    assert sum(s.outcome is Outcome.DEDUPLICATED for s in shared) == len(shared) - 1 >= 4


def test_siblings_of_a_failure_are_canceled_not_failed() -> None:
    record = replay("bake-one-target-fails")
    (bad,) = [s for s in record.steps if s.outcome is Outcome.FAILED]
    assert (bad.target, bad.index, bad.total) == ("bad", 2, 2)
    assert bad.log_tail == "E: Failed to fetch http://x Hash Sum mismatch"
    (stopped,) = [s for s in record.steps if s.outcome is Outcome.CANCELED]
    assert stopped.target == "ok2"
    (never,) = [s for s in record.steps if s.outcome is Outcome.UNFINISHED]
    assert (never.target, never.index) == ("ok2", 3)
    states = {t.id: t.state for t in record.targets}
    assert states == {"bad": TargetState.FAILED, "ok1": TargetState.DONE, "ok2": TargetState.CANCELED}
    assert "failed to solve" in record.message


@pytest.mark.parametrize(
    ("name", "executed", "cached"), [("single-cold", 7, 0), ("single-partial", 2, 5), ("single-cached", 0, 7)]
)
def test_cache_counts_leave_out_from_and_internal_steps(name: str, executed: int, cached: int) -> None:
    (target,) = replay(name).targets
    assert (target.executed, target.cached, target.deduplicated) == (executed, cached, 0)


def test_queue_time_and_concurrency_of_a_cold_build() -> None:
    record = replay("single-cold")
    (build,) = _steps(record, "sleep 2")
    assert build.queue_seconds == pytest.approx(0.0008, abs=0.0005)
    assert build.seconds == pytest.approx(2.050, abs=0.001)
    (side,) = _steps(record, "sleep 1.5")
    assert 1.9 < side.concurrency <= 2.1


def test_context_bytes_are_what_was_sent() -> None:
    assert replay("bake-shared-stage").targets[3].context_bytes == 125_852_224


def test_lines_come_from_the_plan() -> None:
    record = replay("single-cold", lines_of=lambda target, stage, index: (index * 10, index * 10 + 1))
    (step,) = _steps(record, "sleep 2")
    assert step.lines == (20, 21)


def _event(vertex: str, text: str, batch: int = 1, **rest: object) -> StepEvent:
    name = StepName(raw=text, kind=StepKind.RUN, target="a", stage="s", index=1, total=1, instruction=text)
    return StepEvent(batch=batch, vertex=vertex, name=name, **rest)  # type: ignore[arg-type]


def test_a_step_canceled_in_one_call_and_executed_in_the_next_was_executed() -> None:
    recorder = Recorder(header(("a",), 0.0))
    recorder.on_event(_event("x", "RUN x", started=1.0, completed=2.0, error="exit code: 137: context canceled"))
    recorder.on_event(_event("y", "RUN x", batch=2, started=3.0, completed=5.0))
    recorder.on_event(TargetEvent(target="a", state=TargetState.DONE, at=5.0, digest="sha256:d", image_bytes=7))
    record = recorder.finish(RunStatus.OK, 6.0)
    assert [(s.outcome, s.seconds) for s in record.steps] == [(Outcome.EXECUTED, 2.0)]
    assert (record.targets[0].digest, record.targets[0].image_bytes) == ("sha256:d", 7)


def test_a_restarted_vertex_takes_the_union_of_its_intervals() -> None:
    recorder = Recorder(header(("a",), 0.0))
    for start, end in ((1.0, 2.0), (1.5, 3.0), (5.0, 6.0)):
        recorder.on_event(_event("x", "RUN x", started=start))
        recorder.on_event(_event("x", "RUN x", started=start, completed=end))
    (step,) = recorder.finish(RunStatus.OK, 9.0).steps
    assert (step.seconds, step.started, step.completed) == (3.0, 1.0, 6.0)
    assert union_seconds([(5.0, 4.0), (0.0, 1.0)]) == 1.0


def test_an_interrupted_run_ends_its_steps_when_it_ends() -> None:
    recorder = Recorder(header(("a",), 0.0))
    recorder.on_event(_event("x", "RUN x", started=1.0))
    assert recorder.finish(RunStatus.RUNNING, 3.0).completed is None
    record = recorder.finish(RunStatus.INTERRUPTED, 4.0)
    assert [(s.outcome, s.seconds) for s in record.steps] == [(Outcome.CANCELED, 3.0)]
    assert record.targets[0].state is TargetState.CANCELED


def test_the_log_of_a_shared_failing_step_is_kept_once() -> None:
    recorder = Recorder(header(("a", "b"), 0.0))
    recorder.on_event(BatchEvent(batch=1, targets=("a", "b"), at=0.0, finished=False))
    for target in ("a", "b"):
        name = StepName(raw="", kind=StepKind.RUN, target=target, stage="s", index=1, total=1, instruction="RUN x")
        recorder.on_event(StepEvent(batch=1, vertex="x", name=name, started=1.0, completed=2.0, error="exit code: 1"))
    for data in (b"one\n", b"one\n", b"two\n", b"two\n"):
        recorder.on_event(LogEvent(batch=1, vertex="x", stream=1, data=data, at=1.0))
    assert {s.log_tail for s in recorder.finish(RunStatus.FAILED, 3.0).steps} == {"one\ntwo"}


def test_a_hostile_log_is_cut_and_cleaned() -> None:
    tail = LogTail()
    for number in range(5000):
        tail.add(b"\x1b[31mline \x1b]0;title\x07%d\x1b[0m\x00 \xe2\x80\xae %s\r\n" % (number, b"x" * 300), 1)
    text = tail.text()
    assert len(text.encode()) <= 8192
    assert len(text.splitlines()) <= 40
    assert "4999" in text
    assert not set(text) & set("\x1b\x00\r\u202e\x07")


@pytest.mark.parametrize(
    ("text", "lost"),
    [
        ("curl https://user:hunter22@host/x", "hunter22"),
        ("NPM_TOKEN=abc12345", "abc12345"),
        ('"password": "s3cr3t!"', "s3cr3t!"),
        ("Authorization: Bearer eyJhbGciOi", "eyJhbGciOi"),
        ("ghp_" + "a" * 36, "a" * 36),
        ("the value my-own-value stands here", "my-own-value"),
    ],
)
def test_secrets_do_not_reach_the_record(text: str, lost: str) -> None:
    assert lost not in clean(text, ["my-own-value"])
    assert "***" in clean(text, ["my-own-value"])


def test_progress_bars_leave_only_their_last_state() -> None:
    assert clean("10%\r50%\r100%\ndone\r\n") == "100%\ndone\n"


def test_a_failure_behind_a_shared_stage_recorded_on_a_real_engine() -> None:
    record = replay("bake-shared-then-fails")
    (failed,) = [s for s in record.steps if s.outcome is Outcome.FAILED]
    assert failed.log_tail == "red 1\nred 2\nred 3\nNPM_TOKEN=***"
    assert {s.target for s in record.steps if s.outcome is Outcome.CANCELED} == {"a", "b"}
    shared = [s.outcome for s in record.steps if "sleep 1" in s.instruction]
    assert sorted(shared) == [Outcome.DEDUPLICATED, Outcome.DEDUPLICATED, Outcome.EXECUTED]

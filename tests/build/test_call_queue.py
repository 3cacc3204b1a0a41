from pathlib import Path

from bakehouse.build.call_queue import CallQueue
from bakehouse.build.schedule import Call
from bakehouse.model.plan import Target


def call(*names: str, needs: tuple[str, ...] = ()) -> Call:
    targets = tuple(
        Target(id=n, service=n, variant="prod", context=Path("/r"), dockerfile=Path(f"/r/{n}/Dockerfile"))
        for n in names
    )
    return Call(targets, frozenset(needs))


def queue(*calls: Call, **options) -> CallQueue:
    made = CallQueue(**options)
    for one in calls:
        made.add(one)
    return made


def test_in_order():
    waiting = queue(call("a"), call("b"))
    assert waiting.take(0, (), ()).names == ("a",)
    assert waiting.take(0, (), ()).names == ("b",)
    assert waiting.take(0, (), ()) is None


def test_a_call_waits_for_the_image_it_needs_and_others_pass():
    waiting = queue(call("web", needs=("base",)), call("api"))
    assert waiting.take(0, {"base", "web", "api"}, ()).names == ("api",)
    assert waiting.take(0, {"base", "web"}, ()) is None
    assert waiting.take(0, {"web"}, ()).names == ("web",)


def test_another_try_waits_for_its_time():
    waiting = queue()
    waiting.add(call("a"), not_before=10.0)
    assert waiting.take(9.0, (), ()) is None
    assert waiting.take(10.0, (), ()).names == ("a",)


def test_memory_holds_back_what_does_not_fit_beside_the_running():
    waiting = queue(call("big"), call("small"), peaks={"big": 6, "small": 2, "run": 5}, memory=10)
    assert waiting.take(0, (), [call("run")]).names == ("small",)
    assert waiting.take(0, (), [call("run")]) is None
    assert waiting.take(0, (), ()).names == ("big",)


def test_a_target_larger_than_the_machine_runs_alone():
    waiting = queue(call("huge"), peaks={"huge": 100}, memory=10)
    assert waiting.take(0, (), [call("x")]) is None
    assert waiting.take(0, (), ()).names == ("huge",)


def test_where_no_peak_is_known_memory_says_nothing():
    waiting = queue(call("a"), call("b"), memory=10)
    assert waiting.take(0, (), [call("x")]).names == ("a",)


def test_dropped_targets_leave_the_rest_of_their_calls():
    waiting = queue(call("a", "b"), call("c"))
    assert [t.id for t in waiting.drop({"b", "c", "z"})] == ["b", "c"]
    assert waiting.take(0, (), ()).names == ("a",)
    assert len(waiting) == 0

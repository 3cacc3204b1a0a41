from pathlib import Path

from bakehouse.build import schedule
from bakehouse.model.plan import Target


def target(name: str, *, needs: tuple[str, ...] = (), dockerfile: str | None = None) -> Target:
    return Target(
        id=name,
        service=name,
        variant="prod",
        context=Path("/repo"),
        dockerfile=Path(dockerfile or f"/repo/{name}/Dockerfile"),
        depends_on=needs,
    )


def ids(groups):
    return [tuple(t.id for t in group) for group in groups]


def test_linked_targets_run_in_one_call_and_others_alone():
    targets = [target("base"), target("api", needs=("base",)), target("web")]
    assert ids(schedule.components(targets)) == [("base", "api"), ("web",)]


def test_targets_of_one_dockerfile_run_in_one_call():
    targets = [
        target("query", dockerfile="/repo/ai/Dockerfile"),
        target("other"),
        target("ingest", dockerfile="/repo/ai/Dockerfile"),
    ]
    assert ids(schedule.components(targets)) == [("query", "ingest"), ("other",)]


def test_a_need_outside_the_plan_links_nothing():
    assert ids(schedule.components([target("a", needs=("gone",)), target("b")])) == [("a",), ("b",)]


def names(calls):
    return [call.names for call in calls]


def test_longest_expected_first_and_unknown_before_all():
    targets = [target("short"), target("long"), target("new")]
    calls = schedule.calls(targets, {"short": 3.0, "long": 9.0}, cores=2)
    assert names(calls) == [("new",), ("long",), ("short",)]


def test_the_longest_chain_counts_not_the_longest_target():
    targets = [target("long"), target("a"), target("b", needs=("a",))]
    calls = schedule.calls(targets, {"long": 15.0, "a": 10.0, "b": 10.0}, cores=2)
    assert names(calls) == [("a", "b"), ("long",)]
    assert schedule.critical_seconds(targets, {"long": 15.0, "a": 10.0, "b": 10.0}) == 20.0


def test_small_targets_share_a_call_and_unknown_ones_do_not():
    targets = [target(name) for name in ("a", "b", "c", "new")]
    calls = schedule.calls(targets, {"a": 0.5, "b": 1.0, "c": 30.0}, cores=2)
    assert names(calls) == [("new",), ("c",), ("a", "b")]


def test_a_call_never_holds_more_targets_than_the_docker_driver_takes():
    targets = [target(f"t{i}") for i in range(120)]
    calls = schedule.calls(targets, {t.id: 0.1 for t in targets}, cores=2)
    assert sorted(len(c.targets) for c in calls) == [20, 50, 50]


FAMILY = [target("base"), *(target(f"t{i}", needs=("base",)) for i in range(5))]


def test_a_large_group_on_few_cores_is_split_behind_its_shared_image():
    calls = schedule.calls(FAMILY, {t.id: 10.0 for t in FAMILY}, cores=2)
    assert calls[0].names == ("base",)
    assert {c.names: c.needs for c in calls[1:]} == {(f"t{i}",): frozenset({"base"}) for i in range(5)}


def test_with_many_cores_or_few_targets_it_stays_one_call():
    assert len(schedule.calls(FAMILY, {}, cores=16)) == 1
    assert len(schedule.calls(FAMILY[:4], {}, cores=2)) == 1


def test_what_a_shared_image_needs_itself_goes_with_it():
    targets = [target("root"), target("base", needs=("root",)), *FAMILY[1:]]
    calls = schedule.calls(targets, {}, cores=2)
    assert next(c for c in calls if not c.needs).names == ("root", "base")


def test_dependents_are_found_through_others():
    targets = [target("a"), target("b", needs=("a",)), target("c", needs=("b",)), target("d")]
    assert schedule.dependents("a", targets) == {"b", "c"}


def test_concurrency_is_never_below_two():
    assert schedule.default_concurrency(1) == 2
    assert schedule.default_concurrency(8) == 16

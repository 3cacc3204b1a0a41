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


def test_longest_expected_first_and_unknown_before_all():
    groups = schedule.components([target("short"), target("long"), target("new")])
    ordered = schedule.longest_first(groups, {"short": 1.0, "long": 9.0})
    assert ids(ordered) == [("new",), ("long",), ("short",)]


def test_dependents_are_found_through_others():
    targets = [target("a"), target("b", needs=("a",)), target("c", needs=("b",)), target("d")]
    assert schedule.dependents("a", targets) == {"b", "c"}


def test_concurrency_is_never_below_two():
    assert schedule.default_concurrency(1) == 2
    assert schedule.default_concurrency(8) == 16

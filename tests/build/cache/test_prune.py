"""What goes and what stays, from records alone."""

from bakehouse.build.cache.prune import Wish, choose
from bakehouse.model.cache import CacheRecord

NOW = 1000.0


def record(name, *, size=10, last_used=0.0, in_use=False, parents=(), used_by=()):
    return CacheRecord(
        id=name,
        kind="regular",
        size=size,
        description=name,
        created=0.0,
        last_used=last_used,
        in_use=in_use,
        parents=parents,
        used_by=used_by,
    )


def names(choice):
    return [r.id for r in choice.records]


def test_by_age():
    records = [record("old", last_used=100), record("new", last_used=900)]
    assert names(choose(records, Wish(unused_for=500), NOW)) == ["old"]


def test_what_a_running_build_uses_stays():
    records = [record("busy", in_use=True), record("free")]
    choice = choose(records, Wish(unused_for=1), NOW)
    assert names(choice) == ["free"]
    assert "in use" in choice.kept[0]


def test_by_size_the_least_recently_used_goes_first_and_only_as_much_as_needed():
    records = [record("a", last_used=3), record("b", last_used=1), record("c", last_used=2)]
    assert names(choose(records, Wish(max_bytes=20), NOW)) == ["b"]
    assert names(choose(records, Wish(max_bytes=30), NOW)) == []


def test_children_go_before_their_parents_and_a_parent_of_what_stays_stays():
    records = [
        record("base", used_by=("api:deps",)),
        record("child", parents=("base",), used_by=("api:deps",)),
        record("grandchild", parents=("child",), used_by=("api:build",)),
    ]
    assert names(choose(records, Wish(service="api"), NOW)) == ["grandchild", "child", "base"]
    choice = choose(records, Wish(service="api", stage="deps"), NOW)
    assert names(choice) == []
    assert "carry others" in choice.kept[0]


def test_a_stage_alone_and_nothing_that_another_service_shares():
    records = [record("own", used_by=("api:build",)), record("both", used_by=("api:deps", "web:deps"))]
    assert names(choose(records, Wish(service="api", stage="build"), NOW)) == ["own"]
    choice = choose(records, Wish(service="api"), NOW)
    assert names(choice) == ["own"]
    assert choice.kept == ("1 records are shared with web (0.0 MB)",)

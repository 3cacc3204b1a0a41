"""Which of our tags in a registry go: by age, by size, never what a release uses."""

from bakehouse.build.cache.retention import Found, Survey, choose
from bakehouse.model.cache import RegistryEntry

DAY = 86_400.0
NOW = 100 * DAY


def found(name, *, age, keep="", blobs=None):
    written = None if age is None else NOW - age * DAY
    blobs = blobs or {f"{name}-blob": 10}
    entry = RegistryEntry(
        reference=f"h/{name}", digest=name, kind="cache", size=sum(blobs.values()), written=written, keep=keep
    )
    return Found(entry, "h/r", (name,), blobs)


def names(entries):
    return [f.entry.digest for f in entries]


def test_by_age():
    survey = Survey((found("old", age=40), found("new", age=3)), frozenset(), ())
    going, staying = choose(survey, max_age=30 * DAY, max_bytes=0, now=NOW)
    assert (names(going), names(staying)) == (["old"], ["new"])


def test_what_a_release_uses_and_what_has_no_age_stays():
    survey = Survey(
        (found("used", age=90, keep="a release uses it (tag prod)"), found("odd", age=None)), frozenset(), ()
    )
    going, staying = choose(survey, max_age=30 * DAY, max_bytes=1, now=NOW)
    assert going == []
    assert [f.entry.keep for f in staying] == ["a release uses it (tag prod)", "its age is not known"]


def test_by_size_the_oldest_first_shared_blobs_once_and_releases_blobs_not_at_all():
    survey = Survey(
        (
            found("a", age=3, blobs={"common": 50, "a": 10}),
            found("b", age=2, blobs={"common": 50, "b": 10}),
            found("c", age=1, blobs={"released": 1000, "c": 10}),
        ),
        frozenset({"released"}),
        (),
    )
    assert names(choose(survey, max_age=0, max_bytes=80, now=NOW)[0]) == []
    assert names(choose(survey, max_age=0, max_bytes=70, now=NOW)[0]) == ["a"]
    assert names(choose(survey, max_age=0, max_bytes=10, now=NOW)[0]) == ["a", "b"]

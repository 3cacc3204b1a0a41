"""Marks: made, joined, cleared; names that are not there are refused."""

import pytest

from bakehouse.build.cache import invalidation
from bakehouse.build.cache.invalidation import Mark
from bakehouse.dockerfile.meaning import interpret
from bakehouse.dockerfile.parser import parse
from bakehouse.errors import UsageError

MEANING = interpret(parse(b"FROM a AS Deps\nFROM deps\n", "Dockerfile"))


def test_marks_join_and_go_when_built(tmp_path):
    invalidation.mark(tmp_path, "api", ["deps"])
    invalidation.mark(tmp_path, "api", ["build", "deps"])
    invalidation.mark(tmp_path, "web", [])
    assert invalidation.marks(tmp_path) == {"api": Mark(stages=("deps", "build")), "web": Mark(everything=True)}
    invalidation.clear(tmp_path, {"api": Mark(stages=("deps",)), "web": Mark(stages=("x",)), "other": Mark()})
    assert set(invalidation.marks(tmp_path)) == {"api", "web"}, "a mark that the build did not heed is gone"
    invalidation.clear(tmp_path, {"api": Mark(everything=True)})
    assert invalidation.marks(tmp_path) == {"web": Mark(everything=True)}
    invalidation.mark(tmp_path, "web", ["x"])
    assert invalidation.marks(tmp_path)["web"] == Mark(everything=True)


def test_a_file_that_is_damaged_counts_as_none(tmp_path):
    (tmp_path / invalidation.FILE).write_text('{"format": 1, "marks": 3}')
    assert invalidation.marks(tmp_path) == {}
    assert invalidation.marks(tmp_path / "none") == {}


def test_stages_are_checked():
    assert invalidation.checked_stage("api", "DEPS", MEANING, "api/Dockerfile") == "deps"
    with pytest.raises(UsageError, match="did you mean deps"):
        invalidation.checked_stage("api", "dep", MEANING, "api/Dockerfile")
    with pytest.raises(UsageError, match="has no name"):
        invalidation.checked_stage("api", "stage-1", MEANING, "api/Dockerfile")

"""Ignore files: BuildKit's recorded answers, pruning, errors, speed."""

import json
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bakehouse.dockerfile.ignore import IgnoreFileError, candidates, read_ignore

GOLDEN = json.loads((Path(__file__).parent / "golden" / "ignore.json").read_text(encoding="utf-8"))


def test_recorded_answers():
    assert len(GOLDEN["cases"]) >= 500
    wrong = []
    for text, expected in GOLDEN["cases"]:
        try:
            matcher = read_ignore(text.encode())
            found = "".join("x" if matcher.excluded(path) else "." for path in GOLDEN["paths"])
        except IgnoreFileError:
            found = None
        if found != expected:
            wrong.append((text, expected, found))
    assert not wrong


def test_rules_keep_their_line_and_text():
    rules = read_ignore(b"# why\n\n  /dist/ \r\n!keep/./x\n").rules
    assert [(r.text, r.pattern, r.negated, r.line) for r in rules] == [
        ("  /dist/ ", "dist", False, 3),
        ("!keep/./x", "keep/x", True, 4),
    ]


@pytest.mark.parametrize("text, line", [(b"a\n!\n", 2), (b"[\n", 1), (b"ok\n\n\\\n", 3)])
def test_a_bad_pattern_names_its_line(text, line):
    with pytest.raises(IgnoreFileError) as caught:
        read_ignore(text, "svc/.dockerignore").excluded("x")
    assert (caught.value.path, caught.value.line) == ("svc/.dockerignore", line)
    assert caught.value.hint


@pytest.mark.parametrize(
    "text, directory, prune",
    [
        (b"node_modules", "node_modules", True),
        (b"**/node_modules", "a/node_modules", True),
        (b"*\n!src", "docs", True),
        (b"*\n!src", "src", False),
        (b"*\n!src/a/b", "src", False),
        (b"*\n!src/a/b", "src/a", False),
        (b"*\n!src/a/b", "src/x", True),
        (b"*\n!src/**", "docs", True),
        (b"*\n!**/x.py", "docs", False),
        (b"docs", "src", False),
    ],
)
def test_a_directory_is_skipped_whole_only_where_nothing_can_come_back(text, directory, prune):
    matcher, visit, path = read_ignore(text), None, ""
    for part in directory.split("/"):
        path = f"{path}/{part}" if path else part
        visit = matcher.visit(path, visit, is_directory=True)
    assert visit.prune is prune


@settings(max_examples=400, deadline=None)
@given(
    st.lists(
        st.sampled_from(["*", "**", "a", "b", "a/b", "!a", "!a/b", "!**/c", "!b/*", "**/c", "a/**", "?", "!*"]),
        max_size=6,
    ),
    st.lists(st.sampled_from("abc"), min_size=1, max_size=5),
)
def test_what_is_pruned_is_excluded(rules, parts):
    matcher, visit, path, pruned = read_ignore("\n".join(rules).encode()), None, "", False
    for part in parts:
        path = f"{path}/{part}" if path else part
        visit = matcher.visit(path, visit, is_directory=True)
        assert visit.excluded or not pruned
        pruned = pruned or visit.prune


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=60))
def test_any_bytes(data):
    try:
        read_ignore(data).excluded("a/b/c.txt")
    except IgnoreFileError as error:
        assert error.line


def test_the_file_beside_the_dockerfile_comes_first():
    assert candidates("svc/api/Dockerfile.dev") == ("svc/api/Dockerfile.dev.dockerignore", ".dockerignore")


def test_a_hundred_thousand_paths():
    matcher = read_ignore(b".git\n**/node_modules\n**/*.pyc\n*.md\ndist/\n.env*\n!keep.md\n**/test_*\ndocs/**\n")
    start, count = time.process_time(), 0
    for directory in range(1000):
        above = matcher.visit(f"d{directory}", is_directory=True)
        count += sum(matcher.visit(f"d{directory}/f{name}.py", above).excluded for name in range(100))
    assert count == 0
    assert time.process_time() - start < 5

"""The same contexts given to BuildKit: what arrives in the image, and how much its client sends.

The table is tests/workspace/context_cases.py. Cases marked `labs` need a frontend that knows --exclude and --parents:
name one in BAKEHOUSE_TEST_FRONTEND (docker/dockerfile:1, or your own copy) where the engine's own is older.
"""

import json
import os
import re
import subprocess

import pytest

from bakehouse.dockerfile.meaning import interpret
from bakehouse.dockerfile.parser import parse
from bakehouse.workspace.context_selection import take
from bakehouse.workspace.context_tree import open_context
from bakehouse.workspace.work_tree import WorkTree
from tests.integration.conftest import SMALL_BASE
from tests.workspace.context_cases import CASES, UNIT, expected, lay_out

pytestmark = pytest.mark.engine

FRONTEND = os.environ.get("BAKEHOUSE_TEST_FRONTEND", "")


def build(root, case, out):
    """Build a case into a directory; (exit code, what was said, bytes the client sent of the context)."""
    dockerfile = out.parent / "Dockerfile"
    dockerfile.write_text((f"# syntax={FRONTEND}\n" if case.labs else "") + case.dockerfile)
    done = subprocess.run(
        ["docker", "buildx", "build", "--no-cache", "--progress", "rawjson", "-f", str(dockerfile),
         "-o", f"type=local,dest={out}", str(root)],
        capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    return done.returncode, done.stderr, sent_bytes(done.stderr)


def sent_bytes(stream):
    """What the client sent for the context: the last figure of its vertex in the stream of JSON objects."""
    decoder, at, context, moved = json.JSONDecoder(), stream.find("{"), None, 0
    while at >= 0:
        try:
            event, at = decoder.raw_decode(stream, at)
        except ValueError:
            at += 1
        else:
            for vertex in event.get("vertexes", ()):
                context = vertex["digest"] if vertex["name"] == "[internal] load build context" else context
            for status in event.get("statuses", ()):
                if status["vertex"] == context and status["id"].startswith("transferring context"):
                    moved = max(moved, status.get("current", 0))
        at = stream.find("{", at)
    return moved


def arrived(case, out):
    """The files and links of the case that are in the image, by their content."""
    targets = {target: path for path, _, target in (name.partition(" -> ") for name in case.listed) if target}
    found = set()
    for path in out.rglob("*"):
        if path.is_symlink():
            found.add(targets[str(path.readlink())])
        elif path.is_file():
            name = path.read_text().partition("\n")[0]
            found |= {name} & set(case.plain)  # what the Dockerfile itself writes is no file of the context
    return found


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_buildkit_takes_and_sends_the_same(case, tmp_path):
    if case.labs and not FRONTEND:
        pytest.skip("the frontend of this engine is older than the flag; BAKEHOUSE_TEST_FRONTEND names a newer one")
    root, out = tmp_path / "context", tmp_path / "out"
    root.mkdir()
    lay_out(root, case)
    code, text, moved = build(root, case, out)
    if case.lenient and code == 0:
        assert arrived(case, out) == set()
        return
    if case.taken is None:
        assert code != 0
        assert re.search(r"not found|no such file|too many|syntax error|not a directory", text), text[-2000:]
        return
    assert code == 0, text[-2000:]
    assert arrived(case, out) == expected(case.taken)
    sizes = {name: UNIT << number for number, name in enumerate(case.plain)}
    bits, overhead = divmod(moved, UNIT)
    assert overhead < UNIT // 2, "the names of a case are too long to tell sizes apart"
    assert {name for name, size in sizes.items() if bits * UNIT & size} == expected(case.sent or case.taken) & set(
        sizes
    )


@pytest.mark.parametrize(
    ("own", "common", "arrives"),
    [(None, "a\n", {"b"}), ("b\n", "a\n", {"a"}), ("", "a\n", {"a", "b"}), ("b\n", None, {"a"})],
    ids=["common", "own wins", "an empty one wins too", "own alone"],
)
def test_the_ignore_file_in_force(own, common, arrives, tmp_path):
    """Beside the Dockerfile under its name, wherever that is, else at the top of the context."""
    root, dockerfile = tmp_path / "repo", tmp_path / "repo" / "docker" / "app.Dockerfile"
    dockerfile.parent.mkdir(parents=True)
    dockerfile.write_text("FROM scratch\nCOPY a* b* /\n")
    for name in ("a", "b"):
        (root / name).write_text(name)
    if own is not None:
        (dockerfile.parent / "app.Dockerfile.dockerignore").write_text(own)
    if common is not None:
        (root / ".dockerignore").write_text(common)
    out = tmp_path / "out"
    subprocess.run(
        ["docker", "buildx", "build", "-f", str(dockerfile), "-o", f"type=local,dest={out}", str(root)],
        check=True, capture_output=True, timeout=120,
    )  # fmt: skip
    assert {path.name for path in out.iterdir()} == arrives
    files = WorkTree(root)
    tree = open_context(files, "docker/app.Dockerfile", ".")
    meaning = interpret(parse(dockerfile.read_bytes()))
    assert {node.path for source in meaning.context_sources for node in take(tree, source).nodes} == arrives


def test_a_tmpfs_mount_sends_all_and_one_from_scratch_does_not(small):
    """What `bakehouse context` counts is what a build records as sent, but for what its protocol adds."""
    for mount, least, most in (("type=tmpfs", 300_000, 310_000), ("type=tmpfs,from=scratch", 1_000, 5_000)):
        cli = small({
            "Dockerfile": f"FROM {SMALL_BASE}\nRUN --mount={mount},target=/t true\nCOPY wanted /\n# {mount}\n",
            "wanted": "w" * 1_000,
            "big": "b" * 300_000,
        })  # fmt: skip
        report = cli.json("context", "Dockerfile")
        (target,) = cli.json("build", "--no-reuse")["run"]["targets"]
        assert least <= report["sent_bytes"] <= target["context_bytes"] <= most
        assert any("tmpfs" in problem for problem in report["problems"]) == (mount == "type=tmpfs")

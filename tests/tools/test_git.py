"""What git is asked, and bytes that come out of a real one."""

import hashlib
import subprocess
from pathlib import Path

import pytest

from bakehouse.errors import ToolError
from bakehouse.tools import git
from bakehouse.tools.git_objects import Objects, output

ROOT = Path("/r")


def test_arguments():
    assert git.commit(ROOT, "-x") == (
        "git", "-C", "/r", "rev-parse", "--verify", "--quiet", "--end-of-options", "-x^{commit}",
    )  # fmt: skip
    assert git.list_tree(ROOT, "abc") == ("git", "-C", "/r", "ls-tree", "-r", "-z", "abc")
    assert git.changes(ROOT, "abc") == (
        "git", "-C", "/r", "diff", "--raw", "-z", "--no-renames", "--no-abbrev", "--no-ext-diff",
        "--ignore-submodules=none", "--relative", "abc", "--", ".",
    )  # fmt: skip
    assert git.untracked(ROOT) == ("git", "-C", "/r", "ls-files", "--others", "--exclude-standard", "-z")
    assert git.blobs(ROOT) == ("git", "-C", "/r", "cat-file", "--batch")


@pytest.fixture
def blobs(tmp_path: Path) -> dict[bytes, str]:
    """Contents -> object names in a repository at tmp_path."""
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)

    def add(data: bytes) -> str:
        command = ["git", "-C", str(tmp_path), "hash-object", "-w", "--stdin"]
        return subprocess.run(command, input=data, check=True, capture_output=True).stdout.decode().strip()

    return {data: add(data) for data in (b"", b"one\n", b"\0\xff" * 1_500_000)}


def test_objects_come_whole_and_in_any_number(tmp_path, blobs):
    with Objects(tmp_path) as objects:
        for _ in range(2):
            for data, name in blobs.items():
                assert objects.read(name) == data
                digest, small = objects.digest(name, 10)
                assert digest == "sha256:" + hashlib.sha256(data).hexdigest()
                assert small == (data if len(data) <= 10 else None)


def test_an_object_that_is_not_there_is_told_and_the_next_one_comes(tmp_path, blobs):
    with Objects(tmp_path) as objects:
        with pytest.raises(ToolError, match="git has no object"):
            objects.read("f" * 40)
        assert objects.read(blobs[b"one\n"]) == b"one\n"


def test_a_command_that_fails_says_why(tmp_path):
    with pytest.raises(ToolError, match="128"):
        output(git.list_tree(tmp_path, "HEAD"))

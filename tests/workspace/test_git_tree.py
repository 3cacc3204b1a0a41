"""Trees of git: what a real git lists, read without a checkout; and what is the same in both views."""

import os
import subprocess
from pathlib import Path

import pytest

from bakehouse.model.file_source import EntryKind
from bakehouse.workspace.git_tree import GitFile, GitTree, parse_changes, parse_tree


def listing(*lines: str) -> bytes:
    return b"".join(os.fsencode(line) + b"\0" for line in lines)


def tree(**links: str) -> GitTree:
    files = parse_tree(
        listing(
            "100644 blob 01\ta/x", "100755 blob 02\ta/run", "120000 blob 03\ta/up", "160000 commit 04\tmodule",
            "100644 blob 05\ta.txt", "100644 blob 06\tb/c/d\n e",
        )
    )  # fmt: skip
    texts = {"a/up": b"../b/c"} | {name: text.encode() for name, text in links.items()}
    return GitTree(files, lambda path, file: texts.get(path, b"content of " + file.object.encode()))


def test_directories_names_modes_and_kinds():
    found = tree()
    assert list(found.entries("")) == ["a", "a.txt", "b", "module"]
    assert {n: (e.kind, e.mode) for n, e in found.entries("a").items()} == {
        "run": (EntryKind.FILE, 0o755),
        "up": (EntryKind.LINK, 0),
        "x": (EntryKind.FILE, 0o644),
    }
    assert found.entry("module").kind is EntryKind.SUBMODULE
    assert found.entry("b/c").kind is EntryKind.DIRECTORY
    assert found.read("b/c/d\n e") == b"content of 06"
    assert found.entry("nothing") is None
    with pytest.raises(FileNotFoundError):
        found.entries("nothing")
    with pytest.raises(NotADirectoryError):
        found.entries("a.txt")


def test_links_are_followed_inside_the_tree_only():
    found = tree()
    assert found.followed("a/up/d\n e").kind is EntryKind.FILE
    assert found.read("a/up/d\n e") == b"content of 06"
    outside = tree(**{"a/up": "/etc"})
    assert outside.followed("a/up") is None
    circle = tree(**{"a/up": "up"})
    assert circle.followed("a/up") is None
    with pytest.raises(OSError, match="a/up"):
        circle.read("a/up")


def test_changes_share_what_is_the_same():
    before = tree()
    after = before.with_changes(
        {"a/x": None, "b/c/d\n e": None, "n/e/w": GitFile("100644", "07"), "a.txt": GitFile("100755", "05")},
        lambda path, file: b"new",
    )
    assert list(after.entries("")) == ["a", "a.txt", "module", "n"]
    assert list(after.entries("a")) == ["run", "up"]
    assert after.entry("a.txt").mode == 0o755
    assert after.read("n/e/w") == b"new"
    assert after.entry("b") is None
    assert list(before.entries("")) == ["a", "a.txt", "b", "module"]
    assert before.entry("a.txt").mode == 0o644


def test_changes_as_git_lists_them():
    zero, one, two = "0" * 40, "1" * 40, "2" * 40
    raw = listing(
        f":100644 100755 {one} {zero} M", "mode", f":000000 100644 {zero} {two} A", "new name",
        f":100644 000000 {one} {zero} D", "gone", f":120000 100644 {one} {zero} T", "type",
        f":000000 000000 {zero} {zero} U", "merge", f":100644 100644 {one} {zero} M", "merge",
    )  # fmt: skip
    found = parse_changes(raw)
    assert found["mode"].before == GitFile("100644", one)
    assert found["mode"].after == GitFile("100755", zero)
    assert found["new name"].before is None
    assert found["gone"].after is None
    assert found["type"].after == GitFile("100644", zero)
    assert found["merge"].after == GitFile("100644", zero)


def test_against_a_real_git(tmp_path: Path):
    odd = tmp_path / os.fsdecode(b"caf\xe9")
    odd.write_text("odd")
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "run").write_text("#!/bin/sh\n")
    (tmp_path / "sub" / "run").chmod(0o755)
    (tmp_path / "link").symlink_to("sub")

    def git(*words: str) -> bytes:
        command = ["git", "-C", str(tmp_path), "-c", "user.name=t", "-c", "user.email=t@example.invalid", *words]
        return subprocess.run(command, check=True, capture_output=True).stdout

    git("init", "-q")
    git("add", "-A")
    git("commit", "-q", "-m", "x")
    files = parse_tree(git("ls-tree", "-r", "-z", "HEAD"))
    found = GitTree(files, lambda _, file: git("cat-file", "blob", file.object))
    assert sorted(found.entries("")) == sorted(["caf\udce9", "link", "sub"])
    assert found.read("link/run") == b"#!/bin/sh\n"
    assert found.link("link") == "sub"
    assert found.entry("sub/run").mode == 0o755
    assert found.read("caf\udce9") == b"odd"

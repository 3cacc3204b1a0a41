"""What a change of files does to the identity: content, modes, names, links, ignore rules, and what cannot be read."""

import os
import subprocess

import pytest

from bakehouse.model.identity import IngredientKind
from bakehouse.workspace.work_tree import WorkTree


@pytest.fixture
def base(world):
    world.write(
        {
            "Dockerfile": "FROM node\nCOPY src /src\nCOPY *.json /\nCOPY link /l\n",
            "src/a.js": "a", "src/deep/b.js": "b", "src/skip.log": "x", "package.json": "{}", "README.md": "r",
            "real/c": "c", ".dockerignore": "**/*.log\n",
        }
    )  # fmt: skip
    (world.root / "link").symlink_to("real")
    (world.root / "src" / "to-a").symlink_to("a.js")
    return world.identity().digest


def names(identity):
    return [i.name for i in identity.ingredients if i.kind is IngredientKind.FILE]


def test_exactly_what_can_be_taken(world, base):
    assert names(world.identity()) == ["link/c", "package.json", "src/a.js", "src/deep/b.js", "src/to-a"]


def test_what_makes_no_difference(world, base):
    root = world.root
    os.utime(root / "src/a.js", (1, 1))
    (root / "src/deep").chmod(0o700)
    world.write(
        {"README.md": "other", "src/skip.log": "other", "src/new.log": "n", ".dockerignore": "**/*.log\n*.zzz\n"}
    )
    world.write({".bakehouse/history.db": "ours"})
    assert world.identity().digest == base


@pytest.mark.parametrize(
    "edit",
    [
        lambda root: (root / "src/a.js").write_text("b"),
        lambda root: (root / "src/a.js").chmod(0o755),
        lambda root: (root / "src/a.js").chmod(0o600),
        lambda root: (root / "src/a.js").chmod(0o4644),
        lambda root: (root / "src/a.js").rename(root / "src/z.js"),
        lambda root: (root / "src/deep/b.js").unlink(),
        lambda root: (root / "src/new").mkdir(),
        lambda root: (root / "src/new.js").write_text(""),
        lambda root: (root / "other.json").write_text(""),
        lambda root: ((root / "src/to-a").unlink(), (root / "src/to-a").symlink_to("deep")),
        lambda root: ((root / "src/to-a").unlink(), (root / "src/to-a").write_text("a.js")),
        lambda root: (root / "real/c").write_text("d"),
        lambda root: (root / ".dockerignore").write_text(""),
        lambda root: (root / ".dockerignore").write_text("**/*.log\nsrc/deep\n"),
        lambda root: (root / "Dockerfile.dockerignore").write_text(""),
    ],
)
def test_what_makes_a_difference(world, base, edit):
    edit(world.root)
    assert world.identity().digest != base


def test_a_link_on_the_way_makes_no_difference_of_its_own(world, base):
    (world.root / "real").rename(world.root / "moved")
    (world.root / "link").unlink()
    (world.root / "link").symlink_to("moved")
    assert world.identity().digest == base


def test_links_do_not_lead_out_of_the_context(world, tmp_path):
    (tmp_path / "secret").write_text("s")
    world.write({"Dockerfile": "FROM node\nCOPY up /\n", "secret": "inside"})
    (world.root / "up").symlink_to("../../../secret")
    assert names(world.identity()) == ["up"]
    before = world.identity().digest
    (tmp_path / "secret").write_text("t")
    assert world.identity().digest == before


def test_dots_in_a_link_count_from_where_it_really_is(world):
    world.write(
        {"Dockerfile": "FROM node\nCOPY first /\n", "far/away/f": "f", "far/target": "right", "target": "wrong"}
    )
    (world.root / "near").symlink_to("far/away")
    (world.root / "first").symlink_to("near/../target")
    before = world.identity().digest
    world.write({"target": "other"})
    assert world.identity().digest == before
    world.write({"far/target": "other"})
    assert world.identity().digest != before


def test_a_loop_of_links_is_not_knowable(world):
    world.write({"Dockerfile": "FROM node\nCOPY a /\n"})
    (world.root / "a").symlink_to("b")
    (world.root / "b").symlink_to("a")
    found = world.identity()
    assert (
        found.unknowable == ("./a is a symbolic link that leads back to itself",) or "leads back" in found.unknowable[0]
    )


def test_a_loop_inside_a_copied_directory_is_only_a_link(world):
    world.write({"Dockerfile": "FROM node\nCOPY src /\n", "src/a": "a"})
    (world.root / "src/self").symlink_to(".")
    found = world.identity()
    assert found.knowable
    assert names(found) == ["src/a", "src/self"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_what_cannot_be_read_is_not_knowable(world):
    world.write({"Dockerfile": "FROM node\nCOPY src /\n", "src/a": "a"})
    (world.root / "src/a").chmod(0)
    assert "src/a cannot be read" in world.identity().unknowable[0]


def test_a_directory_that_cannot_be_read_is_not_knowable(world, monkeypatch):
    """As root everything can be read, so the file system's answer is given here."""
    world.write({"Dockerfile": "FROM node\nCOPY src /\nCOPY src/deep/x /x\n", "src/a": "a", "src/deep/x": "x"})
    original = WorkTree.entries

    def entries(self, directory):
        if directory == "src/deep":
            raise PermissionError(13, "Permission denied")
        return original(self, directory)

    monkeypatch.setattr(WorkTree, "entries", entries)
    assert any("cannot be read: Permission denied" in reason for reason in world.identity().unknowable)


def test_pipes_and_sockets_are_not_knowable(world):
    world.write({"Dockerfile": "FROM node\nCOPY src /\n", "src/a": "a"})
    os.mkfifo(world.root / "src/pipe")
    assert "src/pipe is a socket, a pipe or a device" in world.identity().unknowable[0]


def test_names_of_every_kind(world):
    world.write({"Dockerfile": "FROM node\nCOPY src /\n", "src/new\nline": "a"})
    odd = world.root / os.fsdecode(b"src/caf\xe9")
    odd.write_bytes(b"x")
    first = world.identity()
    assert sorted(names(first)) == ["src/caf\udce9", "src/new\nline"]
    odd.rename(odd.with_name(os.fsdecode(b"caf\xe8")))
    assert world.identity().digest != first.digest


def test_no_two_lists_of_files_look_alike(world):
    world.write({"Dockerfile": "FROM node\nCOPY src /\n", "src/a": "", "src/b": ""})
    one = world.identity().digest
    (world.root / "src/a").unlink()
    (world.root / "src/b").unlink()
    world.write({"src/a\n0644 x\nb": ""})
    assert world.identity().digest != one


def test_brackets_are_taken_widely(world):
    world.write({"Dockerfile": "FROM node\nCOPY [ab].txt /\n", "a.txt": "a", "c.md": "c"})
    assert names(world.identity()) == ["Dockerfile", "a.txt", "c.md"]


def test_a_source_that_hangs_on_the_base_image_means_the_whole_context(world):
    world.write({"Dockerfile": "FROM node\nCOPY $FROM_BASE /\n", "a": "a"})
    found = world.identity()
    assert "a" in names(found)
    assert "all of its context counts" in found.notes[0]


def test_a_pointer_of_git_lfs_is_told(world):
    pointer = f"version https://git-lfs.github.com/spec/v1\noid sha256:{'0' * 64}\nsize 12345\n"
    world.write({"Dockerfile": "FROM node\nCOPY model.bin /\n", "model.bin": pointer})
    assert world.identity().notes == ()  # nobody says that LFS is used here
    world.write({".gitattributes": "*.bin filter=lfs diff=lfs merge=lfs -text\n"})
    found = world.identity()
    assert found.knowable
    assert found.notes == ("model.bin is a pointer of Git LFS, not the file: git lfs pull",)


def test_a_deep_tree_needs_no_recursion(world):
    deep = world.root / "src"
    deep.mkdir()
    world.write({"Dockerfile": "FROM node\nCOPY src /\n"})
    at = os.open(deep, os.O_RDONLY)
    for _ in range(1500):
        os.mkdir("d", dir_fd=at)
        below = os.open("d", os.O_RDONLY, dir_fd=at)
        os.close(at)
        at = below
    os.close(at)
    try:
        assert world.identity().digest.startswith("sha256:")
    finally:
        subprocess.run(["rm", "-rf", str(deep)], check=True)  # pytest's own clean-up recurses


def test_a_link_in_the_middle_of_a_source_counts(world):
    world.write({"Dockerfile": "FROM node\nCOPY way/c /\n", "real/c": "c", "moved/c": "c"})
    (world.root / "way").symlink_to("real")
    before = world.identity()
    assert names(before) == ["./way", "way/c"]
    (world.root / "way").unlink()
    (world.root / "way").symlink_to("moved")
    assert world.identity().digest != before.digest

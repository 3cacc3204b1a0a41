"""Roles of names, proposed ignore files, and views of a context."""

from __future__ import annotations

import pytest

from bakehouse.dockerfile.meaning import interpret
from bakehouse.dockerfile.parser import parse
from bakehouse.workspace.context_report import Sizes
from bakehouse.workspace.context_selection import followed_paths, tmpfs_lines
from bakehouse.workspace.context_view import ContextView, bytes_of, view_context
from bakehouse.workspace.file_roles import Role, role_of
from bakehouse.workspace.ignore_proposal import mark, propose
from bakehouse.workspace.work_tree import WorkTree


def view(root, dockerfile, files, ignore=None, target=None) -> ContextView:
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content * 100)
    if ignore is not None:
        (root / ".dockerignore").write_bytes(ignore)
    meaning = interpret(parse(dockerfile.encode()))
    return view_context(WorkTree(root), None, ".", meaning)


FILES = {
    "package.json": "p",
    "src/index.js": "s",
    "src/.env": "e",
    "node_modules/x/index.js": "n",
    ".git/config": "g",
    "docs/guide.md": "d",
    "server.key": "k",
    "Dockerfile": "f",
}


@pytest.mark.parametrize(
    ("name", "siblings", "is_directory", "role"),
    [
        ("node_modules", (), True, Role.DEPENDENCIES),
        ("target", ("Cargo.toml",), True, Role.PRODUCT),
        ("target", ("main.go",), True, None),
        ("dist", ("package.json",), True, Role.PRODUCT),
        ("dist", ("dist.c",), True, None),
        ("bin", ("App.csproj",), True, Role.PRODUCT),
        ("vendor", ("go.mod",), True, None),
        ("vendor", ("composer.json",), True, Role.DEPENDENCIES),
        ("my.egg-info", (), True, Role.PRODUCT),
        (".env", (), False, Role.SECRET),
        (".env.local", (), False, Role.SECRET),
        (".env.example", (), False, None),
        ("id_ed25519", (), False, Role.SECRET),
        ("id_ed25519.pub", (), False, None),
        ("tls.key", (), False, Role.SECRET),
        ("ca.pem", (), False, None),
        ("server-key.pem", (), False, Role.SECRET),
        ("monkey.py", (), False, None),
        ("terraform.tfstate", (), False, Role.SECRET),
        ("a.pyc", (), False, Role.PRODUCT),
        ("debug.log", (), False, Role.LOG),
        ("api.Dockerfile", (), False, Role.BUILD),
        ("main.go", (), False, None),
        ("environment.ts", (), False, None),
    ],
)
def test_roles(name, siblings, is_directory, role):
    assert role_of(name, dict.fromkeys((name, *siblings)), is_directory=is_directory) is role


def test_an_allow_list_where_everything_is_named(tmp_path):
    found = view(tmp_path, "FROM scratch\nCOPY package.json yarn.lock* /\nCOPY src /src\n", FILES)
    draft = propose(found, None)
    assert draft is not None
    assert draft.form == "allow-list"
    lines = [line for line in draft.text.splitlines() if not line.startswith("#")]
    assert lines == ["*", "!package.json", "!yarn.lock*", "!src", "src/.env"]
    assert {n.path for n in draft.tree.walk()} == {"package.json", "src", "src/index.js"}


def test_a_deny_list_where_all_is_copied(tmp_path):
    draft = propose(view(tmp_path, "FROM scratch\nCOPY . /\n", FILES), None)
    assert draft is not None
    assert draft.form == "deny-list"
    assert {n.path for n in draft.tree.walk() if not n.is_directory} == {
        "package.json",
        "src/index.js",
        "docs/guide.md",
    }


def test_what_an_instruction_names_stays_in(tmp_path):
    text = "FROM scratch\nCOPY . /\nCOPY server.key /\nCOPY node_modules/x /x\n"
    found = view(tmp_path, text, FILES)
    draft = propose(found, None)
    assert draft is not None
    kept = {n.path for n in draft.tree.walk()}
    assert {"server.key", "node_modules/x/index.js"} <= kept
    assert ".git" not in kept
    named = {m.node.path: m.named is not None for m in mark(found)}
    assert named == {".git": False, "Dockerfile": False, "node_modules": True, "server.key": True, "src/.env": False}


def test_a_file_that_is_there_keeps_its_lines_and_line_ends(tmp_path):
    existing = b"# mine\r\ndocs"
    draft = propose(view(tmp_path, "FROM scratch\nCOPY . /\n", FILES, existing), existing)
    assert draft is not None
    assert draft.form == "additions"
    assert draft.text.startswith("# mine\r\ndocs\r\n")
    assert "\n" not in draft.text.replace("\r\n", "")
    assert {n.path for n in draft.tree.walk() if not n.is_directory} == {
        "package.json",
        "src/index.js",
        ".dockerignore",
    } - {".dockerignore"}


def test_nothing_to_leave_out(tmp_path):
    assert propose(view(tmp_path, "FROM scratch\nCOPY . /\n", {"a": "a"}), None) is None
    ignore = b"*\n!src/index.js\n"
    assert propose(view(tmp_path, "FROM scratch\nCOPY src /\n", FILES, ignore), ignore) is None


def test_names_with_special_characters_are_quoted(tmp_path):
    files = {"a[1].txt": "a", "b*": "b", "#c": "c", "!d": "d", "e f/g": "g"}
    text = 'FROM scratch\nCOPY ["b*", "#c", "!d", "e f", "/"]\nCOPY a* /\n'
    draft = propose(view(tmp_path, text, files), None)
    assert draft is not None
    assert draft.form == "allow-list"
    assert {n.path for n in draft.tree.walk() if not n.is_directory} == set(files)


def test_other_builds_keep_what_they_take(tmp_path):
    one = view(tmp_path, "FROM scratch\nCOPY src /\n", FILES)
    two = ContextView(one.tree, interpret(parse(b"FROM scratch\nCOPY docs src/.env /\n")))
    draft = propose(one, None, (two,))
    assert draft is not None
    assert {n.path for n in draft.tree.walk() if not n.is_directory} == {"src/index.js", "src/.env", "docs/guide.md"}


def test_unused_ignored_and_dead(tmp_path):
    found = view(
        tmp_path, "FROM scratch AS a\nCOPY docs /\nFROM scratch\nCOPY src/*.js /\n", FILES, b"*.key\nnope\n.git\n!x\n"
    )
    assert {n.path for n in found.unused()} == {
        "package.json",
        "src/.env",
        "node_modules",
        "Dockerfile",
        ".dockerignore",
    }
    assert {(i.node.path, i.rule.line) for i in found.ignored() if i.rule} == {("server.key", 1), (".git", 3)}
    assert [rule.line for rule in found.dead_rules()] == [2, 4]
    git = found.tree.node(".git")
    assert git is not None
    assert (bytes_of(found.tree, git), bytes_of(found.tree, git, ignored=True)) == (0, 100)


def test_a_tmpfs_mount_asks_for_the_whole_context():
    text = "FROM x\nRUN --mount=type=tmpfs,target=/t true\nCOPY a /\n"
    assert tmpfs_lines(interpret(parse(text.encode()))) == (2,)
    assert followed_paths(interpret(parse(text.encode()))) is None
    other = text.replace("tmpfs,", "tmpfs,from=scratch,")
    assert followed_paths(interpret(parse(other.encode()))) == ("a",)
    assert followed_paths(interpret(parse(b"FROM x\nRUN --mount=type=tmpfs,target=/t true\n"))) == ()


def test_largest_are_where_the_bytes_are(tmp_path):
    files = {
        "a/b/c/big": "x" * 50,
        "a/b/small": "y",
        "many/1": "z" * 10,
        "many/2": "z" * 10,
        "many/3": "z" * 10,
        "zero/": "",
    }
    files.pop("zero/")
    sizes = Sizes(view(tmp_path, "FROM scratch\n", files).tree.walk())
    assert sizes.largest(3) == ["a/b/c/big", "many", "a/b/small"]
    assert (sizes.bytes["many"], sizes.files["."]) == (3000, 5)

"""`bakehouse diff` as users call it, on archives and layouts; references are in the integration tests."""

import io
import json
import sys
import tarfile

import pytest
from tests.image.making import docker_archive, entry, layer, oci_files

from bakehouse.cli.main import run_cli

STATUS = b"Package: curl\nStatus: install ok installed\nVersion: 8.14\nArchitecture: amd64\n\n"
GCC = b"Package: gcc-14\nStatus: install ok installed\nVersion: 14.2\nArchitecture: amd64\n\n"
BASE = layer(
    ("var/lib/dpkg/status", STATUS + GCC),
    ("var/lib/dpkg/info/gcc-14.list", b"/usr\n/usr/bin\n/usr/bin/gcc-14\n/usr/lib/gcc\n/usr/lib/gcc/cc1\n"),
    ("usr/bin/gcc-14", b"g" * 1000), "usr/lib/gcc/", ("usr/lib/gcc/cc1", b"c" * 5000),
    ("etc/ssl/certs/ca-certificates.crt", b"cert"), ("app/main.py", b"print(1)\n"), ("app/same", b"same"),
    entry("app/mode", b"x", mode=0o644), ("app/link", "->", "main.py"),
)  # fmt: skip
CHANGES = layer(
    ("var/lib/dpkg/status", STATUS.replace(b"8.14", b"8.15")), ("var/lib/dpkg/info/.wh.gcc-14.list", b""),
    ("usr/bin/.wh.gcc-14", b""), ("usr/lib/.wh.gcc", b""), ("etc/ssl/certs/.wh.ca-certificates.crt", b""),
    ("app/main.py", b"print(22)\n"), entry("app/mode", b"x", mode=0o600, uid=1000, gid=1000), ("app/link", "->", "same"),
    ("tmp/left", b"l" * 7),
)  # fmt: skip
ONE = {"Env": ["PATH=/bin", "LOST=1"], "Cmd": ["python", "main.py"], "WorkingDir": "/app"}
TWO = {"Env": ["PATH=/bin"], "Cmd": ["python", "main.py"], "WorkingDir": "/app", "User": "1000"}


@pytest.fixture
def repo(tmp_path):
    (tmp_path / "one.tar").write_bytes(docker_archive([BASE], config=ONE))
    (tmp_path / "two.tar").write_bytes(docker_archive([BASE, CHANGES], config=TWO))
    for name, data in oci_files([BASE]).items():
        path = tmp_path / "layout" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    (tmp_path / "plain.tar").write_bytes(docker_archive([BASE]))
    return tmp_path


def call(repo, capfd, *arguments, code=1):
    assert run_cli(["diff", "-C", str(repo), *arguments]) == code
    return capfd.readouterr()


def test_everything_that_differs(repo, capfd):
    found = json.loads(call(repo, capfd, "one.tar", "two.tar", "--json").out)
    assert (found["schema"], found["verdict"]) == ("bakehouse.diff/1", "differs")
    assert found["compared"] == ["files", "packages", "configuration"]
    assert {f["path"]: (f["how"], f["cause"], f["aspects"]) for f in found["files"]} == {
        "app/link": ("changed", "application source", ["target"]),
        "app/main.py": ("changed", "application source", ["content"]),
        "app/mode": ("changed", "application source", ["mode", "owner"]),
        "etc/ssl/certs/ca-certificates.crt": ("removed", "certificate store", []),
        "tmp": ("added", "logs and temporary files", []),
        "tmp/left": ("added", "logs and temporary files", []),
        "usr/bin/gcc-14": ("removed", "build tool", []),
        "usr/lib/gcc": ("removed", "build tool", []),
        "usr/lib/gcc/cc1": ("removed", "build tool", []),
        "var/lib/dpkg/info/gcc-14.list": ("removed", "package database", []),
        "var/lib/dpkg/status": ("changed", "package database", ["content"]),
    }
    tools = next(cause for cause in found["causes"] if cause["cause"] == "build tool")
    assert (tools["removed"], tools["removed_bytes"]) == (3, 6000)
    assert tools["largest"][0] == {"path": "usr/lib/gcc", "how": "removed", "paths": 2, "bytes": -5000, "aspects": []}
    assert [(p["name"], p["how"], p["before"], p["after"]) for p in found["packages"]] == [
        ("curl", "moved", ["8.14"], ["8.15"]),
        ("gcc-14", "removed", ["14.2"], []),
    ]
    assert [(c["setting"], c["key"], c["before"], c["after"]) for c in found["config"]] == [
        ("user", None, None, "1000"),
        ("env", "LOST", "1", None),
    ]
    assert (found["before"]["name"], found["before"]["layers"], found["after"]["layers"]) == ("one.tar", 1, 2)
    assert found["after"]["seen_bytes"] < found["before"]["seen_bytes"] < found["after"]["bytes"]


def test_the_same_image_from_an_archive_and_a_layout(repo, capfd):
    shown = call(repo, capfd, "plain.tar", "layout", code=0).out
    assert shown.startswith("Same content: no file, package or setting differs\n")
    assert "Whether the images behave the same was not tried." in shown


def test_text(repo, capfd):
    lines = call(repo, capfd, "one.tar", "two.tar").out.splitlines()
    assert lines[0] == "The images differ: 11 paths, 2 packages, 2 settings"
    assert "  env LOST  1          (not set)" in lines
    assert "    deb  curl  8.14  8.15" in lines
    assert "  -5 kB  /usr/lib/gcc (2 paths)  removed" in lines
    assert any("mode 0644 → 0600; owner 0:0 → 1000:1000" in line for line in lines)


@pytest.mark.parametrize(
    ("options", "begins"),
    [
        (["-o", "x.md"], "## The images differ"),
        (["-o", "x.html"], "<!doctype html>"),
        (["-o", "x.txt"], "The images differ"),
        (["-o", "x.txt", "--format", "markdown"], "## The images differ"),
        (["-o", "x.html", "--json"], "<!doctype html>"),
    ],
)
def test_a_report_in_a_file(repo, capfd, monkeypatch, options, begins):
    monkeypatch.chdir(repo)
    said = call(repo, capfd, "one.tar", "two.tar", *options)
    assert (repo / options[1]).read_text().lstrip().startswith(begins)
    if "--json" in options:
        assert json.loads(said.out)["verdict"] == "differs"
    else:
        assert f"wrote {options[1]}: differs" in said.err


def test_standard_input(repo, capfd, monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO((repo / "one.tar").read_bytes())))
    call(repo, capfd, "-", "one.tar", code=0)


def test_names_that_are_no_text_and_terminal_escapes(repo, capfd):
    hostile = layer(("a\udcff", b"1"), ("b\x1b[31m", b"1"), ("c", "->", "\udcfe"), kind=tarfile.GNU_FORMAT)
    (repo / "hostile.tar").write_bytes(docker_archive([hostile]))
    (repo / "empty.tar").write_bytes(docker_archive([layer("d/")]))
    found = json.loads(call(repo, capfd, "empty.tar", "hostile.tar", "--json").out)
    assert [f["path"] for f in found["files"]] == ["a\\xff", "b\x1b[31m", "c", "d"]
    assert "\x1b" not in call(repo, capfd, "empty.tar", "hostile.tar").out
    for form in ("markdown", "html"):
        call(repo, capfd, "empty.tar", "hostile.tar", "--format", form)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["one.tar"], "Missing argument"),
        (["-", "-"], "the standard input has one image"),
        (["one.tar", "."], "no OCI layout"),
        (["one.tar", "broken.tar"], "is no archive, or is damaged"),
        (["one.tar", "linked.tar"], "which is no file"),
        (["one.tar", "several.tar"], "several.tar has 2 images"),
        (["one.tar", "two.tar", "-o", "no/where.md"], "cannot write the report"),
        (["one.tar", "two.tar", "--format", "pdf"], "pdf"),
        (["one.tar", "two.tar", "--format", "html", "--json"], "no report to shape"),
    ],
)
def test_bad_input(repo, capfd, arguments, said):
    (repo / "broken.tar").write_bytes((repo / "one.tar").read_bytes()[:3000])
    (repo / "linked.tar").write_bytes(docker_archive([layer(("b", "=", "a"))]))
    (repo / "several.tar").write_bytes(several())
    assert said in call(repo, capfd, *arguments, code=2).err


def several():
    """One archive with two images."""
    data = docker_archive([BASE])
    with tarfile.open(fileobj=io.BytesIO(data)) as tar:
        files = [(member.name, tar.extractfile(member).read()) for member in tar.getmembers()]
    return layer(
        *[
            (name, json.dumps(json.loads(body) * 2).encode() if name == "manifest.json" else body)
            for name, body in files
        ]
    )

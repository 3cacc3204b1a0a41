"""`bakehouse layers` as users call it, on archives and layouts; references are in the integration tests."""

import io
import json
import sys

import pytest
from tests.image.making import docker_archive, layer, oci_files

from bakehouse.cli.main import run_cli

LAYERS = [layer(("base", b"b" * 1000)), layer(("app", b"a" * 500), ("same", b"s" * 300)), layer((".wh.app", b""))]
HISTORY = [
    {"created_by": "ADD rootfs / # buildkit"},
    {"created_by": "COPY . / # buildkit"},
    {"created_by": "ENV A=1", "empty_layer": True},
    {"created_by": "RUN /bin/sh -c rm /app # buildkit"},
]


@pytest.fixture
def repo(tmp_path):
    (tmp_path / "image.tar").write_bytes(docker_archive(LAYERS, history=HISTORY))
    (tmp_path / "Dockerfile").write_text("FROM debian\nCOPY . /\nENV A=1\nRUN rm /app\n")
    for name, data in oci_files([LAYERS[0], layer(("copy", b"s" * 300))]).items():
        path = tmp_path / "layout" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return tmp_path


def call(repo, capfd, *arguments, code=0):
    assert run_cli(["layers", "-C", str(repo), *arguments]) == code
    return capfd.readouterr()


def report(repo, capfd, *arguments, code=0):
    return json.loads(call(repo, capfd, *arguments, "--json", code=code).out)


def test_one_archive(repo, capfd):
    (image,) = report(repo, capfd, "image.tar", "--dockerfile", "Dockerfile")["images"]
    assert (image["name"], image["source"], image["platform"]) == ("me/app:1", "archive", "linux/amd64")
    assert (image["bytes"], image["seen_bytes"], image["wasted_bytes"]) == (1800, 1300, 500)
    assert image["efficiency"] == pytest.approx(1300 / 1800)
    assert [(x["index"], x["bytes"], x["line"], x["base"]) for x in image["layers"]] == [
        (1, 1000, None, True),
        (2, 800, 2, False),
        (3, 0, 4, False),
    ]
    assert image["layers"][2]["instruction"] == "RUN rm /app"
    assert image["wasted"] == [{"path": "app", "bytes": 500, "files": 1, "layer": 2, "by": 3, "how": "deleted"}]


def test_two_images_side_by_side(repo, capfd):
    found = report(repo, capfd, "image.tar", "layout")
    assert [(x["bytes"], x["images"]) for x in found["shared_layers"]] == [(1000, ["me/app:1", "layout"])]
    assert (found["stored_bytes"], found["duplicate_bytes"]) == (2100, 300)
    assert found["duplicates"][0]["places"] == ["me/app:1, layer 2: /same", "layout, layer 2: /copy"]
    assert found["images"][1]["layers"][0]["shared_with"] == ["me/app:1"]
    assert found["images"][1]["blob_bytes"] < 1300


def test_standard_input(repo, capfd, monkeypatch):
    data = (repo / "image.tar").read_bytes()
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))
    assert report(repo, capfd, "-")["images"][0]["name"] == "me/app:1"


def test_text(repo, capfd):
    lines = call(repo, capfd, "image.tar", "--dockerfile", "Dockerfile").out.splitlines()
    assert lines[:2] == [
        "me/app:1 (linux/amd64, from the archive)",
        "  3 layers, 1.8 kB; wasted 500 B, efficiency 72.2%",
    ]
    assert "  2  800 B   500 B  2     COPY . /" in lines
    assert "  500 B  /app      2  deleted   3" in lines


def test_names_that_are_not_utf8_and_escapes(repo, capfd):
    odd = [layer(("d\udcff", b"x")), layer((".wh.d\udcff", b""))]
    data = docker_archive(
        odd, tag="t\x1b[2J:1", history=[{"created_by": "COPY \x1b]0;x\x07 /"}, {"created_by": "RUN b"}]
    )
    (repo / "odd.tar").write_bytes(data)
    assert report(repo, capfd, "odd.tar")["images"][0]["wasted"][0]["path"] == "d\ufffd"
    assert "\x1b" not in call(repo, capfd, "odd.tar").out


@pytest.mark.parametrize(
    ("options", "code", "said"),
    [
        (["--max-size", "1.8kB", "--max-layers", "3", "--min-efficiency", "72%"], 0, []),
        (["--max-size", "1.7kB"], 1, ["1800 bytes are more than 1700"]),
        (["--max-size", "1KiB"], 1, ["1800 bytes are more than 1024"]),
        (["--max-layers", "2"], 1, ["3 layers are more than 2"]),
        (["--min-efficiency", "0.73"], 1, ["an efficiency of 0.7222 is less than 0.73"]),
    ],
)
def test_limits(repo, capfd, options, code, said):
    found = report(repo, capfd, "image.tar", *options, code=code)
    assert (found["ok"], found["images"][0]["exceeded"]) == (code == 0, said)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["image.tar", "--max-size", "much"], "is no size"),
        (["image.tar", "--min-efficiency", "120%"], "is no share"),
        (["image.tar", "--dockerfile", "nope"], "cannot be read"),
        (["Dockerfile"], "is no archive"),
        (["Not An Image"], "not an image reference"),
        (["."], "no OCI layout"),
        ([], "Missing argument"),
    ],
)
def test_bad_input(repo, capfd, arguments, said):
    assert said in call(repo, capfd, *arguments, code=2).err

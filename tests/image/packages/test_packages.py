"""Databases of package managers, whole and broken."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.image.making import layer

from bakehouse.image import packages
from bakehouse.image.file_system import flatten
from bakehouse.image.layer_tar import read_layer
from bakehouse.image.packages import ECOSYSTEMS, keeper, read_packages

STATUS = b"""\
Package: libc6
Status: install ok installed
Architecture: amd64
Version: 2.41-12
Description: x
 Version: no
Depends: y

Package: gone
Status: deinstall ok config-files
Version: 1

Package: tzdata
Status: install ok installed
Architecture: all
Version: 2025b-4
"""


def read(*entries):
    kept = keeper()
    files = flatten([read_layer([layer(*entries)], kept=kept)])
    found = read_packages(files, kept.contents)
    return {(p.ecosystem, p.name): p for p in found.packages}, found.unread


def test_every_reader_is_registered():
    modules = {path.stem for path in Path(packages.__file__).parent.glob("*.py")} - {"__init__", "package"}
    assert modules == {ecosystem.name for ecosystem in ECOSYSTEMS}


def test_deb():
    found, unread = read(
        ("var/lib/dpkg/status", STATUS),
        ("var/lib/dpkg/info/libc6:amd64.list", b"/.\n/usr/lib\n/usr/lib/libc.so.6\n"),
        ("var/lib/dpkg/info/tzdata.list", b"/usr/share/zoneinfo/UTC\n"),
    )
    assert {key[1]: p.version for key, p in found.items()} == {"libc6": "2.41-12", "tzdata": "2025b-4"}
    assert "usr/lib/libc.so.6" in found["deb", "libc6"].files
    assert found["deb", "tzdata"].files == ("usr/share/zoneinfo/UTC",)
    assert unread == ()


def test_deb_as_distroless_images_have_it():
    found, _ = read(
        ("var/lib/dpkg/status.d/base", b"Package: base-files\nVersion: 12\nArchitecture: amd64\n"),
        ("var/lib/dpkg/status.d/base.md5sums", b"d41d8cd98f00b204e9800998ecf8427e  etc/os-release\n"),
    )
    assert (found["deb", "base-files"].version, found["deb", "base-files"].files) == ("12", ("etc/os-release",))


@pytest.mark.parametrize("place", ["lib/apk/db/installed", "usr/lib/apk/db/installed"])
def test_apk(place):
    data = b"C:Q1x=\nP:musl\nV:1.2.5-r9\nF:lib\nR:ld-musl.so.1\na:0:0:755\nR:libc.so\n\nP:busybox\nV:1.37\nF:bin\nR:busybox\n\n"
    found, _ = read((place, data))
    assert {key[1]: (p.version, p.files) for key, p in found.items()} == {
        "musl": ("1.2.5-r9", ("lib/ld-musl.so.1", "lib/libc.so")),
        "busybox": ("1.37", ("bin/busybox",)),
    }


def test_pip():
    site = "usr/local/lib/python3.13/site-packages"
    found, _ = read(
        (
            f"{site}/Typing_Extensions-4.12.dist-info/METADATA",
            b"Metadata-Version: 2.1\nName: Typing_Extensions\nVersion: 4.12\n\nName: no\n",
        ),
        (
            f"{site}/Typing_Extensions-4.12.dist-info/RECORD",
            b'typing_extensions.py,sha256=x,1\n../../../bin/t,,\n"a,b.py",,\n',
        ),
        (f"{site}/old.egg-info/PKG-INFO", b"Name: old\nVersion: 1\n"),
        (f"{site}/older-1.egg-info", b"Name: older\nVersion: 2\n"),
        (f"{site}/setuptools/_vendor/inner-1.dist-info/METADATA", b"Name: inner\nVersion: 1\n"),
    )
    assert {key[1]: p.version for key, p in found.items()} == {"typing-extensions": "4.12", "old": "1", "older": "2"}
    owned = (f"{site}/typing_extensions.py", "usr/local/bin/t", f"{site}/a,b.py")
    assert found["pip", "typing-extensions"].files == owned


def test_npm():
    def manifest(name, version):
        return json.dumps({"name": name, "version": version}).encode()

    found, _ = read(
        ("app/package.json", manifest("app", "0.0.1")),
        ("app/node_modules/express/package.json", manifest("express", "4.0.0")),
        ("app/node_modules/express/lib/package.json", b'{"type": "module"}'),
        ("app/node_modules/@types/node/package.json", manifest("@types/node", "20.0.0")),
        ("app/node_modules/.pnpm/x@1/node_modules/x/package.json", manifest("x", "1.0.0")),
    )
    assert {key[1]: p.directory for key, p in found.items()} == {
        "express": "app/node_modules/express",
        "@types/node": "app/node_modules/@types/node",
        "x": "app/node_modules/.pnpm/x@1/node_modules/x",
    }


@pytest.mark.parametrize(
    ("path", "content"),
    [
        ("var/lib/dpkg/status", b"\x00\xff junk"),
        ("lib/apk/db/installed", b"junk"),
        ("a/x-1.dist-info/METADATA", b"\xff\xfe"),
        ("a/node_modules/x/package.json", b"{"),
        ("a/node_modules/x/package.json", b'{"name": 1, "version": []}'),
        ("a/node_modules/x/package.json", b"[" * 100_000),
        ("a/node_modules/x/package.json", b" " * (2 << 20)),
    ],
)
def test_what_makes_no_sense_or_is_too_large_is_named_and_raises_nothing(path, content):
    assert read((path, content)) == ({}, (path,))


def test_rpm_is_named_as_not_read():
    assert read(("var/lib/rpm/rpmdb.sqlite", b"x")) == ({}, ("var/lib/rpm",))


PATHS = {
    "deb": [
        "var/lib/dpkg/status",
        "var/lib/dpkg/info/a.list",
        "var/lib/dpkg/status.d/a",
        "var/lib/dpkg/status.d/a.md5sums",
    ],
    "apk": ["lib/apk/db/installed"],
    "pip": ["a/x-1.dist-info/METADATA", "a/x-1.dist-info/RECORD", "a/y.egg-info"],
    "npm": ["a/node_modules/x/package.json"],
}
SHARDS = st.sampled_from([
    b"Package: a\n", b"Version: 1\n", b"P:", b"V:", b"F:", b"R:", b"Name: x\n", b"\n", b" ", b'"', b",", b"..", b"/",
    b"{", b"}", b'"name": "x"', b'"version": "1"', b"\x00", b"\xff", b"\r", b":",
])  # fmt: skip


@pytest.mark.parametrize("ecosystem", ECOSYSTEMS, ids=lambda found: found.name)
@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_no_content_makes_a_reader_raise(ecosystem, data):
    files = {path: b"".join(data.draw(st.lists(SHARDS, max_size=30))) for path in PATHS[ecosystem.name]}
    assert all(ecosystem.most_of(path) for path in files)
    found = ecosystem.read(files)
    for package in found.packages:
        f"{package.name}{package.version}".encode()  # text, whatever bytes it came from
        for path in package.files:
            path.encode("utf-8", "surrogateescape")

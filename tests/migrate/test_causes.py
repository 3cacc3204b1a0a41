"""What a difference comes from: by the path, and by the package that owns it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bakehouse.image.packages import Package
from bakehouse.migrate.build_tools import is_build_tool
from bakehouse.migrate.cause_sums import sum_causes
from bakehouse.migrate.causes import Causes
from bakehouse.migrate.compare_files import Difference
from bakehouse.migrate.compare_packages import compare_packages
from bakehouse.model.image_diff import Cause, FileChange, FileFacts, How


def package(name, version="1", *files, ecosystem="deb", directory=None):
    return Package(ecosystem=ecosystem, name=name, version=version, place="x", files=files, directory=directory)


def facts(size=1, kind="file"):
    return FileFacts(type=kind, bytes=size, mode="0644", uid=0, gid=0)


def cause(path, before=(), after=(), how=How.REMOVED, kind="file", *, workdirs=()):
    causes = Causes(before, after, compare_packages(before, after), workdirs)
    sides = (None if how is How.ADDED else facts(kind=kind), None if how is How.REMOVED else facts(kind=kind))
    (found,) = causes.explain([Difference(path, how, (), *sides)])
    return found.cause


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("etc/ssl/certs/ca-certificates.crt", Cause.CERTIFICATES),
        ("usr/lib/python3/dist-packages/certifi/cacert.pem", Cause.CERTIFICATES),
        ("usr/share/zoneinfo/Europe/Berlin", Cause.TIME_ZONES),
        ("etc/localtime", Cause.TIME_ZONES),
        ("usr/lib/locale/C.utf8/LC_CTYPE", Cause.LOCALE),
        ("usr/share/locale/de/LC_MESSAGES/x.mo", Cause.LOCALE),
        ("var/lib/apt/lists/x_Packages", Cause.CACHE),
        ("root/.cache/pip/http/x", Cause.CACHE),
        ("home/app/.npm/_cacache/x", Cause.CACHE),
        ("go/pkg/mod/x@v1/y.go", Cause.CACHE),
        ("app/node_modules/.cache/x", Cause.CACHE),
        ("var/log/dpkg.log", Cause.LOGS),
        ("tmp/x", Cause.LOGS),
        ("var/lib/dpkg/status", Cause.DATABASE),
        ("usr/share/doc/x/copyright", Cause.DOCUMENTATION),
        ("usr/share/man/man1/x.1.gz", Cause.DOCUMENTATION),
        ("usr/include/stdio.h", Cause.BUILD_TOOL),
        ("usr/lib/gcc/x86_64-linux-gnu/14/cc1", Cause.BUILD_TOOL),
        ("usr/lib/x86_64-linux-gnu/libx.a", Cause.BUILD_TOOL),
        ("app/__pycache__/main.cpython-313.pyc", Cause.BYTE_CODE),
        ("app/main.py", Cause.SOURCE),
        ("app", Cause.SOURCE),
        ("apple", Cause.OTHER),
        ("etc/passwd", Cause.CONFIGURATION),
        ("usr/bin/thing", Cause.OTHER),
        ("tmpfile", Cause.OTHER),
    ],
)
def test_by_path(path, expected):
    assert cause(path) is expected


def test_the_working_directory_is_the_applications():
    assert cause("data/x", workdirs=["/data/"]) is Cause.SOURCE
    assert cause("data/x", workdirs=["/"]) is Cause.OTHER


def test_by_the_package_that_owns_the_path():
    gcc, curl, same = (
        package("gcc-14", "1", "usr/bin/gcc"),
        package("curl", "1", "usr/bin/curl"),
        package("same", "1", "usr/bin/same", "etc/same"),
    )
    new = package("curl", "2", "usr/bin/curl")
    assert cause("usr/bin/gcc", [gcc], []) is Cause.BUILD_TOOL
    assert cause("usr/bin/curl", [curl], []) is Cause.DEPENDENCY_GONE
    assert cause("usr/bin/curl", [], [curl], How.ADDED) is Cause.DEPENDENCY_NEW
    assert cause("usr/bin/curl", [curl], [new], How.CHANGED) is Cause.MOVED
    assert cause("usr/bin/same", [same], [same], How.CHANGED) is Cause.ALTERED
    assert cause("etc/same", [same], [same], How.CHANGED) is Cause.CONFIGURATION


def test_certificates_and_time_zones_are_named_whatever_package_had_them():
    tzdata = package("tzdata", "1", "usr/share/zoneinfo/UTC")
    assert cause("usr/share/zoneinfo/UTC", [tzdata], []) is Cause.TIME_ZONES


def test_documentation_of_a_package_that_is_gone_went_with_it():
    gcc = package("gcc", "1", "usr/share/doc/gcc/README")
    assert cause("usr/share/doc/gcc/README", [gcc], []) is Cause.BUILD_TOOL
    assert cause("usr/share/doc/gcc/README", [gcc], [gcc]) is Cause.DOCUMENTATION


def test_file_lists_from_before_usr_was_merged():
    bash = package("bash", "1", "bin/bash")
    assert cause("usr/bin/bash", [bash], []) is Cause.DEPENDENCY_GONE


def test_node_packages_own_what_lies_below_them():
    one = package("a", "1", ecosystem="npm", directory="app/node_modules/a")
    two = package("a", "2", ecosystem="npm", directory="app/node_modules/a")
    inner = package("typescript", "5", ecosystem="npm", directory="app/node_modules/a/node_modules/typescript")
    assert cause("app/node_modules/a/index.js", [one], [two], How.CHANGED) is Cause.MOVED
    assert cause("app/node_modules/a/node_modules/typescript/x.js", [one, inner], [one]) is Cause.BUILD_TOOL


def test_links_that_nobody_owns_belong_to_what_they_lead_to():
    gcc = package("gcc-14", "1", "usr/bin/gcc-14")
    links = [("etc/alternatives/cc", "/usr/bin/gcc-14"), ("usr/bin/cc", "/etc/alternatives/cc"), ("x", "y"), ("y", "x")]
    differences = [
        Difference(path, How.REMOVED, (), replace(facts(0, "link"), target=target), None) for path, target in links
    ]
    causes = Causes([gcc], [], compare_packages([gcc], []), ())
    found = {change.path: change.cause for change in causes.explain(differences)}
    assert found == {
        "etc/alternatives/cc": Cause.BUILD_TOOL,
        "usr/bin/cc": Cause.BUILD_TOOL,
        "x": Cause.OTHER,
        "y": Cause.OTHER,
    }


def test_no_package_explains_a_directory_that_both_have():
    gone = package("x", "1", "srv/d")
    assert cause("srv/d", [gone], [], How.CHANGED, "directory") is Cause.SOURCE


@pytest.mark.parametrize(
    ("ecosystem", "name", "expected"),
    [
        ("deb", "g++-14", True),
        ("deb", "libssl-dev", True),
        ("deb", "libc-dev-bin", True),
        ("deb", "binutils-x86-64-linux-gnu", True),
        ("deb", "gcc-14-base", True),
        ("deb", "libgcc-s1", False),
        ("deb", "libgomp1", False),
        ("deb", "make-dynpart-mappings", False),
        ("apk", ".build-deps", True),
        ("apk", "musl", False),
        ("pip", "setuptools", True),
        ("pip", "requests", False),
        ("npm", "@types/node", True),
        ("npm", "express", False),
    ],
)
def test_build_tools(ecosystem, name, expected):
    assert is_build_tool(ecosystem, name) is expected


def test_sums_name_the_uppermost_directory_that_came_or_went():
    def change(path, how, size, kind="file"):
        before, after = (facts(size, kind), None) if how is How.REMOVED else (None, facts(size, kind))
        return FileChange(path=path, how=how, cause=Cause.OTHER, before=before, after=after)

    top = change("d", How.REMOVED, 0, "directory")
    elsewhere = replace(change("d/s/c", How.REMOVED, 3), cause=Cause.CACHE)
    assert [row.path for found in sum_causes([top, elsewhere]) for row in found.largest] == ["d", "d/s/c"]
    changed = FileChange(
        path="e", how=How.CHANGED, cause=Cause.OTHER, aspects=("content",), before=facts(5), after=facts(2)
    )
    (found,) = sum_causes([
        change("d", How.REMOVED, 0, "directory"),
        change("d/a", How.REMOVED, 10),
        change("d/s", How.REMOVED, 0, "directory"),
        change("d/s/b", How.REMOVED, 20),
        change("da", How.REMOVED, 1),
        changed,
        change("n", How.ADDED, 7),
    ])  # fmt: skip
    assert (found.added, found.removed, found.changed) == (1, 5, 1)
    assert (found.added_bytes, found.removed_bytes, found.changed_bytes) == (7, 31, -3)
    assert [(row.path, row.paths, row.bytes) for row in found.largest] == [
        ("d", 4, -30),
        ("n", 1, 7),
        ("e", 1, -3),
        ("da", 1, -1),
    ]

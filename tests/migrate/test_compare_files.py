"""Two file systems compared: every aspect, and only those."""

from __future__ import annotations

import tarfile

import pytest
from tests.image.making import entry, layer

from bakehouse.image.file_system import flatten
from bakehouse.image.layer_tar import read_layer
from bakehouse.migrate.compare_files import compare_files


def compare(before, after):
    sides = [
        flatten([read_layer([layer(*entries, kind=tarfile.PAX_FORMAT)]) for entries in layers])
        for layers in (before, after)
    ]
    return [(found.path, str(found.how), found.aspects) for found in compare_files(*sides)]


CAPABILITY = [("security.capability", b"\x01\x00")]


@pytest.mark.parametrize(
    ("one", "two", "aspects"),
    [
        (entry("f", b"1"), entry("f", b"2"), ["content"]),
        (entry("f", b"1", mode=0o644), entry("f", b"1", mode=0o600), ["mode"]),
        (entry("f", b"1", mode=0o755), entry("f", b"1", mode=0o4755), ["mode", "setuid"]),
        (entry("f", b"1"), entry("f", b"1", uid=5), ["owner"]),
        (entry("f", b"1"), entry("f", b"1", gid=5), ["owner"]),
        (("f", "->", "a"), ("f", "->", "b"), ["target"]),
        (entry("f", b"1", mode=0o644), ("f", "->", "b"), ["type"]),
        (entry("f", b"1", mode=0o644), entry("f", type=tarfile.DIRTYPE, mode=0o755), ["type", "mode"]),
        (entry("f", b"1"), entry("f", b"1", CAPABILITY), ["capabilities"]),
        (entry("f", b"1"), entry("f", b"1", [("user.a", b"1")]), ["attributes"]),
        (entry("f", type=tarfile.CHRTYPE, devminor=1), entry("f", type=tarfile.CHRTYPE, devminor=2), ["device"]),
        (entry("f", b"1", mtime=1), entry("f", b"1", mtime=2), None),
        (entry("f", b"1", uname="a"), entry("f", b"1", uname="b"), None),
        (entry("f", type=tarfile.SYMTYPE, mode=0o777), entry("f", type=tarfile.SYMTYPE, mode=0o755), None),
        (entry("f", type=tarfile.DIRTYPE, mode=0o755), entry("f", type=tarfile.DIRTYPE, mode=0o1777), ["mode"]),
    ],
)
def test_aspects(one, two, aspects):
    assert compare([[one]], [[two]]) == ([("f", "changed", tuple(aspects))] if aspects else [])


def test_the_same_file_system_from_other_layers_is_the_same():
    one = [["d/", ("d/a", b"1"), ("d/b", b"2")], [("d/.wh.a", b""), ("e", b"3")]]
    two = [["d/", ("e", b"3")], [("d/b", b"2")]]
    assert compare(one, two) == compare(two, one) == []


def test_whiteouts_opaque_directories_and_hard_links():
    base = ["d/", ("d/a", b"1"), ("d/b", b"2")]
    assert compare([base], [base, [("d/.wh.a", b"")]]) == [("d/a", "removed", ())]
    assert compare([base], [base, ["d/", ("d/.wh..wh..opq", b""), ("d/b", b"2")]]) == [("d/a", "removed", ())]
    linked = [("a", b"1"), ("b", "=", "a")]
    assert compare([linked], [[("a", b"1"), ("b", b"1")]]) == []  # a copy has the same content
    changed = compare([linked], [linked, [("a", b"2"), ("b", "=", "a")]])
    assert changed == [("a", "changed", ("content",)), ("b", "changed", ("content",))]


def test_bytes_of_a_file_count_at_its_first_name():
    one = flatten([read_layer([layer(("a", b"12345"), ("b", "=", "a"))])])
    assert [found.before.bytes for found in compare_files(one, {})] == [5, 0]

"""Layers put on each other: what a container sees, and layers that no engine could unpack."""

from __future__ import annotations

import tarfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.image.making import entry, layer
from tests.insight.test_layers import PATHS, content, honest, seen

from bakehouse.errors import ImageError
from bakehouse.image import file_system
from bakehouse.image.file_system import flatten, stored_bytes
from bakehouse.image.kept import KeptFiles
from bakehouse.image.layer_tar import EntryType, read_layer


def read(*layers, **options):
    return [read_layer([layer(*entries, **options)]) for entries in layers]


def paths(*layers):
    return sorted(flatten(read(*layers)))


def test_whiteouts_and_opaque_directories_hide_what_lies_below():
    base = ["d/", ("d/a", b"1"), ("d/e/b", b"2"), ("x", b"3")]
    assert paths(base, [("d/.wh.a", b""), (".wh.x", b"")]) == ["d", "d/e", "d/e/b"]
    assert paths(base, ["d/", ("d/new", b"4"), ("d/.wh..wh..opq", b"")]) == ["d", "d/new", "x"]
    assert paths(base, [(".wh.d", b"")]) == ["x"]
    assert paths(base, [("x", b"9"), (".wh.x", b"")]) == ["d", "d/a", "d/e", "d/e/b", "x"]
    assert paths(base, [(".wh..wh..opq", b"")]) == []
    assert paths(base, [("nowhere/.wh.a", b"")]) == paths(base)


def test_a_directory_keeps_its_content_and_takes_the_new_owner():
    new = entry("d", type=tarfile.DIRTYPE, mode=0o700, uid=7, gid=8)
    found = flatten(read([("d/a", b"1")], [new]))
    assert (found["d"].mode, found["d"].uid, found["d"].gid, "d/a" in found) == (0o700, 7, 8, True)
    assert flatten(read([("d/a", b"1")]))["d"].mode == 0o755


def test_files_directories_and_links_take_each_others_place():
    assert paths([("x/a", b"1")], [("x", b"2")]) == ["x"]
    assert paths([("x", b"2")], [("x/a", b"1")]) == ["x", "x/a"]
    assert paths([("x/a", b"1")], [("x", "->", "y")]) == ["x"]
    assert paths([("x", "->", "y")], ["x/", ("x/a", b"")]) == ["x", "x/a"]


def test_a_parent_that_is_a_link_is_followed_inside_the_image():
    base = ["usr/lib/", ("lib", "->", "usr/lib"), ("far", "->", "/../../usr")]
    assert paths(base, [("lib/a", b"")]) == ["far", "lib", "usr", "usr/lib", "usr/lib/a"]
    assert paths(base, [("far/lib/a", b"")]) == ["far", "lib", "usr", "usr/lib", "usr/lib/a"]
    assert paths(base, [("lib/a", b"")], [("lib/.wh.a", b"")]) == ["far", "lib", "usr", "usr/lib"]


def test_names_of_one_file_are_one_entry_and_its_bytes_count_once():
    found = flatten(read([("a", b"12345"), ("b", "=", "a"), ("c", b"1")]))
    assert found["a"] is found["b"]
    assert stored_bytes(found) == 6
    kept = flatten(read([("a", b"12345"), ("b", "=", "a")], [(".wh.a", b"")]))
    assert (list(kept), kept["b"].size) == (["b"], 5)


def test_facts_of_entries():
    attributes = [("security.capability", b"\x01\x00\x00\x02\x00\xff"), ("user.x", "ü".encode())]
    blob = layer(
        entry("f", b"x", attributes, mode=0o104755, uid=3, gid=4),
        entry("null", type=tarfile.CHRTYPE, devmajor=1, devminor=3),
        entry("p", type=tarfile.FIFOTYPE),
        ("l", "->", "f"),
        kind=tarfile.PAX_FORMAT,
    )
    found = flatten([read_layer([blob])])
    file = found["f"]
    assert (file.mode, file.uid, file.gid, file.attributes) == (0o4755, 3, 4, tuple(attributes))
    assert (found["null"].device, found["p"].device, found["l"].target) == ("c 1:3", "pipe", "f")


@pytest.mark.parametrize(
    ("layers", "message"),
    [
        ([[("b", "=", "a")]], "b is a hard link to a, which is no file"),
        ([["a/", ("b", "=", "a")]], "which is no file"),
        ([[("a", "->", "b"), ("b", "->", "a"), ("a/x", b"")]], "do not end"),
        ([[("a", "->", "a"), ("a/x", b"")]], "do not end"),
    ],
    ids=["hard link to nothing", "hard link to a directory", "circle", "itself"],
)
def test_what_no_engine_could_unpack(layers, message):
    with pytest.raises(ImageError, match=message):
        flatten(read(*layers))


def test_a_hard_link_that_leads_out_of_the_image():
    with pytest.raises(ImageError, match="leads out of the image"):
        read([("b", "=", "../../etc/shadow")])


def test_limits(monkeypatch):
    deep = [("/".join(["d"] * 2100), b"")]
    with pytest.raises(ImageError, match="characters; at most 4096"):
        flatten(read(deep, kind=tarfile.PAX_FORMAT))
    monkeypatch.setattr(file_system, "MAX_ENTRIES", 50)
    with pytest.raises(ImageError, match="more than 50 entries"):
        paths([("/".join(["d"] * 60), b"")])
    monkeypatch.setattr(file_system, "MOST_TEXT", 100)
    with pytest.raises(ImageError, match="more than 100 characters"):
        paths([("/".join(["d"] * 30), b"")])


KINDS = st.sampled_from([*range(1, 6), EntryType.WHITEOUT, EntryType.OPAQUE, EntryType.DIRECTORY])


@settings(max_examples=300, deadline=None)
@given(st.lists(st.lists(st.tuples(PATHS, KINDS), max_size=8).map(honest), max_size=5))
def test_bytes_are_those_of_layers_really_put_on_each_other(layers):
    made = [content(str(n), *entries) for n, entries in enumerate(layers)]
    assert stored_bytes(flatten(made)) == seen(layers)


def test_contents_are_kept_within_limits():
    kept = KeptFiles(lambda path: 5 if path.startswith("db") else None, limit=8)
    blob = layer(
        ("db1", b"12345"), ("other", b"1"), ("db2", b"123456"), ("db3", b"12345"), ("db4", b"123"), ("db5", b"123")
    )
    found = read_layer([blob], kept=kept)
    assert sorted(kept.contents.values()) == [b"123", b"12345"]
    assert kept.contents[found.entries[0].digest] == b"12345"
    assert kept.size == 8

"""Waste, sharing and duplicates; checked against layers that are really put on each other."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bakehouse.dockerfile.meaning import interpret
from bakehouse.dockerfile.parser import parse
from bakehouse.dockerfile.stages import BuildInputs
from bakehouse.image.documents import History
from bakehouse.image.layer_tar import EntryType, LayerContent, LayerEntry
from bakehouse.insight.layer_lines import instruction_of, lines_of_history
from bakehouse.insight.layers import find_duplicates, find_shared, find_waste


def content(name, *entries) -> LayerContent:
    """A layer: ("path", size), ("path", size, b"content id"), ("path", EntryType...)."""
    made = []
    for path, what, *rest in entries:
        if isinstance(what, EntryType):
            made.append(LayerEntry(path, what, 0))
        else:
            made.append(LayerEntry(path, EntryType.FILE, what, rest[0] if rest else f"{name}{path}".encode()))
    return LayerContent(f"blob {name}", name, 1, 1, tuple(made))


def waste(*layers):
    found = find_waste(layers)
    return [(p.path, p.bytes, p.layer, p.by, p.how) for p in found.paths], found.by_layer


def test_deleted_overwritten_and_rewritten():
    one = content("1", ("a", 10), ("b", 20, b"same"), ("c", 30), ("keep", 5))
    two = content("2", ("a", EntryType.WHITEOUT), ("b", 20, b"same"), ("c", 31))
    assert waste(one, two) == (
        [("c", 30, 1, 2, "overwritten"), ("b", 20, 1, 2, "rewritten"), ("a", 10, 1, 2, "deleted")],
        (60, 0),
    )


def test_a_directory_that_is_deleted_stands_for_what_was_in_it():
    one = content("1", ("d", EntryType.DIRECTORY), ("d/a", 1), ("d/e/b", 2))
    two = content("2", ("d/c", 4))
    assert waste(one, two, content("3", ("d", EntryType.WHITEOUT))) == (
        [("d", 4, 2, 3, "deleted"), ("d", 3, 1, 3, "deleted")],
        (3, 4, 0),
    )


def test_an_opaque_directory_hides_what_lies_below_wherever_it_stands_in_the_archive():
    one = content("1", ("d/a", 1), ("d/b", 2))
    two = content("2", ("d", EntryType.DIRECTORY), ("d/new", 8), ("d", EntryType.OPAQUE))
    assert waste(one, two)[1] == (3, 0)


def test_a_whiteout_spares_what_its_own_layer_brings():
    assert waste(content("1", ("a", 1)), content("2", ("a", 2), ("a", EntryType.WHITEOUT)))[1] == (1, 0)


def test_files_and_directories_take_each_others_place():
    one = content("1", ("x/a", 1), ("y", 2))
    two = content("2", ("x", 4), ("y/b", 8))
    assert waste(one, two)[1] == (3, 0)
    assert waste(one, content("2", ("x", EntryType.LINK)))[1] == (1, 0)


def test_three_times_the_same_path():
    assert waste(content("1", ("a", 1)), content("2", ("a", 2)), content("3", ("a", 4)))[1] == (1, 2, 0)


NAMES = st.sampled_from(["a", "b", "c", "d"])
PATHS = st.lists(NAMES, min_size=1, max_size=3).map("/".join)
KINDS = st.sampled_from([*range(1, 6), EntryType.WHITEOUT, EntryType.OPAQUE, EntryType.DIRECTORY, EntryType.LINK])


def honest(entries):
    """What a layer can be: no path twice, nothing below what is no directory, no whiteout of what the layer brings."""
    kept = {}
    for path, kind in entries:
        above = {"/".join(path.split("/")[:n]) for n in range(1, path.count("/") + 1)}
        is_mark = kind in (EntryType.WHITEOUT, EntryType.OPAQUE)
        if path in kept or any(kept.get(p, EntryType.DIRECTORY) != EntryType.DIRECTORY for p in above):
            continue
        if not is_mark and kind != EntryType.DIRECTORY and any(p.startswith(path + "/") for p in kept):
            continue
        if kind == EntryType.WHITEOUT and any(p.startswith(path + "/") for p in kept):
            continue
        kept[path] = kind
    return list(kept.items())


def seen(layers) -> int:
    """Bytes that a container sees: the layers really put on each other, as paths and sizes."""
    files = {}
    for layer in layers:
        for path, kind in layer:
            if kind in (EntryType.WHITEOUT, EntryType.OPAQUE):
                gone = [p for p in files if p.startswith(path + "/") or (p == path and kind == EntryType.WHITEOUT)]
                for p in gone:
                    del files[p]
        for path, kind in layer:
            if kind in (EntryType.WHITEOUT, EntryType.OPAQUE):
                continue
            parts = path.split("/")
            for n in range(1, len(parts)):
                files.pop("/".join(parts[:n]), None)
            if kind == EntryType.DIRECTORY:
                files.pop(path, None)
                continue
            for p in [p for p in files if p.startswith(path + "/")]:
                del files[p]
            files[path] = 0 if kind == EntryType.LINK else kind
    return sum(files.values())


@settings(max_examples=500, deadline=None)
@given(st.lists(st.lists(st.tuples(PATHS, KINDS), max_size=8).map(honest), max_size=5))
def test_what_is_not_wasted_is_what_a_container_sees(layers):
    made = [content(str(n), *layer) for n, layer in enumerate(layers)]
    total = sum(layer.size for layer in made)
    assert total - sum(find_waste(made).by_layer) == seen(layers)


def test_shared_layers_and_contents_that_are_there_twice():
    base = content("base", ("lib", 100, b"L"))
    one = content("one", ("app", 10, b"A"), ("again", 10, b"A"))
    two = content("two", ("copy/app", 10, b"A"), ("other", 3))
    images = {"x": [base, one], "y": [base, two]}
    assert [(s.digest, s.bytes, s.images) for s in find_shared(images)] == [("base", 100, ("x", "y"))]
    duplicates, wasted = find_duplicates(images)
    assert wasted == 10
    assert [(d.copies, d.wasted_bytes, d.places) for d in duplicates] == [
        (2, 10, ("x, layer 2: /app", "y, layer 2: /copy/app"))
    ]


@pytest.mark.parametrize(
    ("created_by", "instruction"),
    [
        ("RUN /bin/sh -c echo hi # buildkit", "RUN echo hi"),
        ("RUN |2 A=1 B=2 /bin/sh -c make # buildkit", "RUN make"),
        ("COPY a b / # buildkit", "COPY a b /"),
        ('/bin/sh -c #(nop)  CMD ["bash"]', 'CMD ["bash"]'),
        ("/bin/sh -c apt-get update", "RUN apt-get update"),
        ("", ""),
    ],
)
def test_history_as_instructions(created_by, instruction):
    assert instruction_of(created_by) == instruction


DOCKERFILE = b"""ARG V=1
FROM debian:$V AS base
RUN apt
FROM base AS app
ARG X
ONBUILD RUN later
COPY a.txt /srv/
ENV A=1
RUN make \\
  all
FROM scratch AS other
COPY b /
"""
BASE = ("ADD rootfs.tar / # buildkit", 'CMD ["bash"]')
OWN = ("RUN /bin/sh -c apt # buildkit", "ARG X", "COPY a.txt /srv/ # buildkit", "ENV A=1")
LAST = "RUN |1 X= /bin/sh -c make   all # buildkit"


def lines(*steps, target="app"):
    meaning = interpret(parse(DOCKERFILE), BuildInputs(target=target))
    return lines_of_history([History(created_by=step) for step in steps], meaning)


def test_lines_of_a_history():
    assert lines(*BASE, *OWN, LAST) == (None, None, 3, 5, 7, 8, 9)


def test_arguments_that_a_plan_injects_and_frontends_without_history_of_arg():
    injected = "ARG SSL_CERT_FILE=/x REQUESTS_CA_BUNDLE=/x"
    assert lines(*BASE, injected, OWN[0], injected, OWN[2], OWN[3], LAST) == (None, None, None, 3, None, 7, 8, 9)


@pytest.mark.parametrize(
    "steps",
    [(*BASE, *OWN), (*BASE, *OWN, "RUN /bin/sh -c make other # buildkit"), (), ("COPY b / # buildkit",)],
)
def test_no_line_is_claimed_where_file_and_image_disagree(steps):
    assert lines(*steps) is None


def test_another_stage():
    assert lines("COPY b / # buildkit", target="other") == (12,)

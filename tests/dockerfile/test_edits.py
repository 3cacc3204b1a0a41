"""Span edits: order, conflicts, newlines, and the map of lines."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bakehouse.dockerfile import parse
from bakehouse.dockerfile.edits import (
    Edit,
    EditConflictError,
    apply_edits,
    delete,
    delete_lines,
    insert,
    insert_line_after,
    insert_line_before,
    map_lines,
    replace,
)

CRLF = parse(b"\xef\xbb\xbfFROM a\r\nRUN b\r\nUSER c")


def test_edits_apply_in_any_order():
    data = b"FROM a\nRUN b\n"
    assert apply_edits(data, [insert(13, "X\n"), Edit(5, 6, b"zz"), delete((parse(data).instructions[1]).span)]) == (
        b"FROM zz\nX\n"
    )


def test_insertions_at_one_place_keep_their_order():
    assert apply_edits(b"ab", [insert(1, "1"), insert(1, "2")]) == b"a12b"


@pytest.mark.parametrize(
    "edits", [[Edit(0, 3), Edit(2, 4)], [Edit(0, 3), Edit(1, 1, b"x")], [Edit(3, 9)], [Edit(2, 1)]]
)
def test_overlaps_and_strangers_are_refused(edits):
    with pytest.raises(EditConflictError):
        apply_edits(b"abcdef", edits)


def test_new_lines_take_their_neighbours_newline():
    first, second, last = CRLF.instructions
    edits = [
        insert_line_before(CRLF, first.span, "# head"),
        insert_line_after(CRLF, second.span, "RUN x"),
        insert_line_after(CRLF, last.span, "CMD y"),
    ]
    assert apply_edits(CRLF.data, edits) == b"\xef\xbb\xbf# head\r\nFROM a\r\nRUN b\r\nRUN x\r\nUSER c\r\nCMD y"


def test_deleting_lines_takes_the_newline():
    assert apply_edits(CRLF.data, [delete_lines(CRLF, CRLF.instructions[1].code)]) == b"\xef\xbb\xbfFROM a\r\nUSER c"
    assert apply_edits(CRLF.data, [delete_lines(CRLF, CRLF.instructions[0].span)]) == b"\xef\xbb\xbfRUN b\r\nUSER c"


def test_lines_map_back():
    tree = parse(b"FROM a\nRUN b\nRUN c\nUSER d")
    _, second, third, _ = tree.instructions
    data, lines = map_lines(tree, [insert_line_after(tree, second.span, "ARG x"), delete_lines(tree, third.span)])
    assert data == b"FROM a\nRUN b\nARG x\nUSER d"
    assert lines == (1, 2, 3, 4)


@settings(max_examples=300, deadline=None)
@given(
    st.lists(st.sampled_from([b"FROM a\n", b"RUN b \\\n c\n", b"# x\r\n", b"ENV a=b\r\n", b"USER c"]), max_size=8),
    st.data(),
)
def test_a_replaced_word_changes_nothing_else(lines, data):
    tree = parse(b"".join(lines))
    words = [word for instruction in tree.instructions for word in instruction.words]
    if not words:
        return
    span = data.draw(st.sampled_from(words)).span
    done = apply_edits(tree.data, [replace(span, "new")])
    assert done == tree.data[: span.start] + b"new" + tree.data[span.end :]

"""The line protocol of QuestDB (that of InfluxDB): rows as lines of text.

Enters: table, symbols, columns and time of a row. Leaves: one line of bytes. A name or a symbol may hold any
character but a line break: the protocol has no escape that every server version reads.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

_ESCAPED_IN_NAMES = str.maketrans({"\\": "\\\\", ",": "\\,", " ": "\\ ", "=": "\\="})
_ESCAPED_IN_STRINGS = str.maketrans({"\\": "\\\\", '"': '\\"'})
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def encode_row(
    table: str, symbols: Mapping[str, str], columns: Mapping[str, float | int | bool | str], time: datetime
) -> bytes:
    """Return the row with its line break. Raises ValueError for a row that the protocol cannot carry."""
    if not columns:
        raise ValueError(f"{table}: a row needs at least one column")
    head = ",".join([_name(table), *(f"{_name(k)}={_name(v)}" for k, v in symbols.items())])
    body = ",".join(f"{_name(k)}={_value(v)}" for k, v in columns.items())
    return f"{head} {body} {_nanoseconds(time)}\n".encode()


def _name(text: str) -> str:
    if not text or "\n" in text or "\r" in text:
        raise ValueError(f"not usable as a name or symbol: {text!r}")
    return text.translate(_ESCAPED_IN_NAMES)


def _value(value: float | int | bool | str) -> str:
    if isinstance(value, bool):
        return "t" if value else "f"
    if isinstance(value, int):
        return f"{value}i"
    if isinstance(value, float):
        if value != value or value in (float("inf"), float("-inf")):
            raise ValueError("a number must be finite")
        return repr(value)
    if "\n" in value or "\r" in value:
        raise ValueError(f"a line break in a string: {value!r}")
    return f'"{value.translate(_ESCAPED_IN_STRINGS)}"'


def _nanoseconds(time: datetime) -> int:
    # Whole microseconds: a float of seconds would lose them.
    return (time - _EPOCH) // timedelta(microseconds=1) * 1000

"""BuildKit's progress stream (`--progress rawjson`): the only file that knows its JSON.

In: bytes of the client's stderr, in any chunks. Out: Progress events, and the plain text in between.

buildx 0.12 to 0.14 write indented values of many lines, later ones one value a line, and both write plain text
(the final ERROR) into the same stream. JSON strings hold no raw newline, so lines are safe marks: a value
begins with `{` in column 0; it ends at its line's end, or, if nothing but `{` stands on that line, at the next
`}` in column 0. Every byte is looked at a fixed number of times, however hostile the input.
"""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from functools import lru_cache

import msgspec

from bakehouse.build.vertex_names import names_a_target, parse_name
from bakehouse.model.progress import LogEvent, Progress, StepEvent, StepName, TransferEvent, WarningEvent

PLAIN_TEXT_LIMIT = 256 * 1024
VALUE_LIMIT = 64 * 1024 * 1024


class _Vertex(msgspec.Struct, gc=False):
    digest: str
    name: str = ""
    inputs: tuple[str, ...] | None = None
    started: str | None = None
    completed: str | None = None
    cached: bool = False
    error: str | None = None


class _Status(msgspec.Struct, gc=False):
    id: str
    vertex: str
    name: str | None = None
    current: int = 0
    total: int = 0
    started: str | None = None
    completed: str | None = None


class _Log(msgspec.Struct, gc=False):
    vertex: str
    stream: int = 1
    data: bytes = b""
    timestamp: str | None = None


class _Position(msgspec.Struct, gc=False):
    line: int = 0


class _Range(msgspec.Struct, gc=False):
    start: _Position
    end: _Position | None = None


class _Warning(msgspec.Struct, gc=False):
    vertex: str = ""
    short: bytes = b""
    detail: tuple[bytes, ...] | None = None
    url: str | None = None
    range: tuple[_Range, ...] | None = None


class _Message(msgspec.Struct, gc=False):
    vertexes: tuple[_Vertex, ...] | None = None
    statuses: tuple[_Status, ...] | None = None
    logs: tuple[_Log, ...] | None = None
    warnings: tuple[_Warning, ...] | None = None


_COLUMN_ZERO = re.compile(rb"\n[{}]")
_decoder = msgspec.json.Decoder(_Message)


class Decoder:
    """Decodes the stream of one bake call, incrementally.

    `batch` numbers the call, `targets` are the targets it builds (buildx prefixes names where there are
    several). Feed chunks; `close` at the end of the stream. Nothing fed to it can make it raise.
    """

    def __init__(self, batch: int, targets: tuple[str, ...]) -> None:
        self._batch = batch
        self._prefixed = len(targets) > 1
        self._buffer = bytearray()
        self._searched = 0  # no end of the current line or value lies before this offset
        self._text = bytearray()
        self._names: dict[str, StepName] = {}

    @property
    def plain_text(self) -> str:
        """What was not JSON so far, its last 256 KiB, decoded with replacement."""
        return self._text.decode("utf-8", "replace")

    def feed(self, chunk: bytes) -> list[Progress]:
        """Take some bytes, give the events that they complete."""
        self._buffer += chunk
        events: list[Progress] = []
        position = 0
        while (end := self._end_of_piece(position)) is not None:
            self._piece(bytes(self._buffer[position:end]), events)
            position = end
            self._searched = end
        if position:
            del self._buffer[:position]
            self._searched -= position
        if len(self._buffer) > VALUE_LIMIT:
            self._flush(events)
        return events

    def close(self) -> list[Progress]:
        """The stream has ended: give what the last bytes hold; a value cut short becomes plain text."""
        events: list[Progress] = []
        self._flush(events)
        return events

    def _flush(self, events: list[Progress]) -> None:
        rest = bytes(self._buffer)
        self._buffer.clear()
        self._searched = 0
        if rest:
            self._piece(rest, events)

    def _end_of_piece(self, start: int) -> int | None:
        """Offset behind the value or text line that begins at `start`; None while it is incomplete."""
        buffer = self._buffer
        if buffer.startswith(b"{\n", start) or buffer.startswith(b"{\r\n", start):
            found = self._end_of_indented(start)
        else:
            found = buffer.find(b"\n", max(start, self._searched)) + 1
        if found <= 0:
            self._searched = max(start, len(buffer) - 1)
            return None
        return found

    def _end_of_indented(self, start: int) -> int:
        """Behind the closing brace (and its newline); before a `{` in column 0 if the value was cut short."""
        buffer = self._buffer
        mark = _COLUMN_ZERO.search(buffer, max(start + 1, self._searched))
        if mark is None:
            return -1
        end = mark.end()
        if buffer[end - 1 : end] == b"{":
            return end - 1
        return end + 1 if buffer[end : end + 1] == b"\n" else end

    def _piece(self, piece: bytes, events: list[Progress]) -> None:
        if not piece.startswith(b"{") or b"}" not in piece:
            self._keep_text(piece)
            return
        try:
            message = _decoder.decode(piece)
        except (msgspec.MsgspecError, ValueError, RecursionError):
            self._several(piece, events)
        else:
            self._message(message, events)

    def _several(self, piece: bytes, events: list[Progress]) -> None:
        """Values that stand on one line without a newline between them; the rest is text."""
        text = piece.decode("utf-8", "replace")
        scan, position = json.JSONDecoder().raw_decode, 0
        while position < len(text) and text[position] == "{":
            try:
                value, end = scan(text, position)
                message = msgspec.convert(value, _Message)
            except (msgspec.MsgspecError, ValueError, RecursionError):
                break
            self._message(message, events)
            position = end
        self._keep_text(text[position:].encode("utf-8", "replace"))

    def _keep_text(self, piece: bytes) -> None:
        if not piece.strip() and not self._text:
            return
        self._text += piece
        if len(self._text) > PLAIN_TEXT_LIMIT:
            del self._text[: -PLAIN_TEXT_LIMIT // 2]

    def _message(self, message: _Message, events: list[Progress]) -> None:
        batch = self._batch
        for v in message.vertexes or ():
            events.append(
                StepEvent(
                    batch=batch,
                    vertex=v.digest,
                    name=self._names.get(v.name) or self._name(v.name),
                    inputs=v.inputs or (),
                    started=_seconds(v.started),
                    completed=_seconds(v.completed),
                    cached=v.cached,
                    error=v.error or None,
                )
            )
        for s in message.statuses or ():
            events.append(
                TransferEvent(
                    batch=batch,
                    vertex=s.vertex,
                    id=s.id,
                    label=s.name or s.id,
                    current=s.current,
                    total=s.total,
                    started=_seconds(s.started),
                    completed=_seconds(s.completed),
                )
            )
        for log in message.logs or ():
            at = _seconds(log.timestamp) or 0.0
            events.append(LogEvent(batch=batch, vertex=log.vertex, stream=log.stream, data=log.data, at=at))
        for warning in message.warnings or ():
            events.append(_warning(batch, warning))

    def _name(self, raw: str) -> StepName:
        if not self._prefixed and names_a_target(raw):
            self._prefixed = True  # a linked target that the caller did not name makes buildx prefix all names
            self._names.clear()
        name = parse_name(raw, prefixed=self._prefixed)
        if len(self._names) < 20_000:
            self._names[raw] = name
        return name


def _warning(batch: int, warning: _Warning) -> WarningEvent:
    detail = "\n".join(d.decode("utf-8", "replace") for d in warning.detail or ())
    lines = tuple((r.start.line, (r.end or r.start).line) for r in warning.range or ())
    short = warning.short.decode("utf-8", "replace")
    return WarningEvent(
        batch=batch, vertex=warning.vertex, short=short, detail=detail, url=warning.url or None, lines=lines
    )


def _seconds(stamp: str | None) -> float | None:
    """RFC 3339 to Unix seconds, nanoseconds and all; None for Go's zero time and for nonsense."""
    if stamp is None or len(stamp) < 20:
        return None
    whole = _whole_seconds(stamp[:19])
    if whole is None:
        return None
    tail = stamp[19:]
    try:
        if tail.endswith("Z"):
            return whole + float("0" + tail[:-1])
        sign = max(tail.rfind("+"), tail.rfind("-"))
        hours, minutes = tail[sign + 1 :].split(":")
        offset = int(hours) * 3600 + int(minutes) * 60
        return whole + float("0" + tail[:sign]) + (offset if tail[sign] == "-" else -offset)
    except (ValueError, IndexError):
        return None


@lru_cache(maxsize=4096)
def _whole_seconds(stamp: str) -> int | None:
    try:
        moment = datetime.fromisoformat(stamp).replace(tzinfo=UTC)
    except ValueError:
        return None
    return int(moment.timestamp()) if moment.year > 1 else None

"""The stream decoder against recorded streams, cut anywhere, and against hostile bytes."""

from __future__ import annotations

import json
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.streams import STREAMS, decode, raw, targets_of

from bakehouse.build.vertex_names import parse_name
from bakehouse.build.wire import Decoder
from bakehouse.model.progress import LogEvent, StepEvent, StepKind, TransferEvent, WarningEvent


def _one_line_each(data: bytes) -> bytes:
    """The same stream as buildx 0.15 and later write it."""
    text, decoder, out, position = data.decode(), json.JSONDecoder(), [], 0
    while position < len(text) and text[position] == "{":
        value, position = decoder.raw_decode(text, position)
        out.append(json.dumps(value, separators=(",", ":")))
        position += text[position : position + 1] == "\n"
    return ("\n".join(out) + "\n" + text[position:]).encode()


@pytest.mark.parametrize("name", STREAMS)
def test_every_vertex_status_and_log_of_a_stream_is_reported(name: str) -> None:
    data = raw(name)
    events, _ = decode(data, targets_of(data))
    for key, kind in (("vertexes", StepEvent), ("statuses", TransferEvent), ("logs", LogEvent)):
        wanted, text, position = 0, data.decode(), 0
        while position < len(text) and text[position] == "{":
            value, position = json.JSONDecoder().raw_decode(text, position)
            wanted += len(value.get(key) or ())
            position += text[position : position + 1] == "\n"
        assert sum(isinstance(e, kind) for e in events) == wanted


@pytest.mark.parametrize("name", STREAMS)
def test_one_line_values_give_the_same_events(name: str) -> None:
    data = raw(name)
    assert decode(_one_line_each(data), targets_of(data)) == decode(data, targets_of(data))


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_the_cuts_between_chunks_do_not_matter(data: st.DataObject) -> None:
    stream = raw("bake-one-target-fails")
    if data.draw(st.booleans()):
        stream = _one_line_each(stream)
    whole = decode(stream, targets_of(stream))
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=60)))
    decoder = Decoder(1, targets_of(stream))
    events = [e for a, b in zip([0, *cuts], [*cuts, len(stream)], strict=True) for e in decoder.feed(stream[a:b])]
    assert (events + decoder.close(), decoder.plain_text) == whole


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=400), st.integers(0, 2000), st.integers(0, 2000))
def test_damage_never_raises_and_costs_at_most_its_neighbours(noise: bytes, at: int, lost: int) -> None:
    stream = raw("bake-one-target-fails")
    damaged = stream[:at] + noise + stream[at + lost :]
    events, _ = decode(damaged, ("bad", "ok1", "ok2"))
    assert any(isinstance(e, StepEvent) and "exit code: 100" in (e.error or "") for e in events)


def test_a_cut_value_becomes_text_and_the_next_value_is_read() -> None:
    data = (
        b'{\n  "vertexes": [\n    {\n      "dig\n{\n  "vertexes": [{"digest": "sha256:a", "name": "[1/2] RUN x"}]\n}\n'
    )
    events, text = decode(data, ("app",))
    assert [e.vertex for e in events if isinstance(e, StepEvent)] == ["sha256:a"]
    assert '"dig' in text


def test_values_without_a_newline_between_them() -> None:
    one = b'{"vertexes":[{"digest":"a","name":"x"}]}'
    events, text = decode(one + one + b"ERROR: no\n", ("app",))
    assert len(events) == 2
    assert text == "ERROR: no\n"


@pytest.mark.parametrize(
    "piece", [b"{", b"{\n", b'{"a":', b"[", b'{"', b"}\n", b"{\n}\n", b'{"vertexes":[', b"\n}", b"\n{", b"x"]
)
def test_time_is_linear_in_hostile_input(piece: bytes) -> None:
    decoder = Decoder(1, ("app",))
    begun = time.process_time()
    decoder.feed(piece * 100_000)
    for _ in range(20):
        decoder.feed(piece * 2_000)
    decoder.close()
    assert time.process_time() - begun < 4


def test_the_final_error_is_plain_text() -> None:
    data = raw("bake-one-target-fails")
    assert decode(data, targets_of(data))[1].startswith("Dockerfile:2\n-----")


def test_logs_warnings_and_times() -> None:
    message = {
        "vertexes": [
            {"digest": "v", "name": "[1/1] RUN x", "started": "2026-11-23T09:15:25.063045855+01:00",
             "completed": "0001-01-01T00:00:00Z", "later": {"unknown": 1}},
        ],
        "logs": [{"vertex": "v", "stream": 2, "data": "aGkK", "timestamp": "2026-11-23T08:15:26Z"}],
        "warnings": [{"vertex": "v", "short": "aGk=", "detail": ["YQ==", "Yg=="], "url": "u",
                      "range": [{"start": {"line": 3}, "end": {"line": 4}}]}],
    }  # fmt: skip
    step, log, warning = decode(json.dumps(message).encode() + b"\n", ("app",))[0]
    assert isinstance(step, StepEvent)
    assert step.started == pytest.approx(1795421725.063045855, abs=1e-6)
    assert step.completed is None
    assert log == LogEvent(batch=1, vertex="v", stream=2, data=b"hi\n", at=1795421726.0)
    assert warning == WarningEvent(batch=1, vertex="v", short="hi", detail="a\nb", url="u", lines=((3, 4),))


@pytest.mark.parametrize(
    ("raw_name", "prefixed", "wanted"),
    [
        ("[api builder 2/5] RUN make", True, (StepKind.RUN, "api", None, "builder", 2)),
        ("[builder 2/5] RUN make", False, (StepKind.RUN, None, None, "builder", 2)),
        ("[2/5] COPY a b", False, (StepKind.COPY, None, None, None, 2)),
        ("[api 2/5] ADD a b", True, (StepKind.ADD, "api", None, None, 2)),
        ("[linux/arm64 builder 2/5] WORKDIR /a", False, (StepKind.WORKDIR, None, "linux/arm64", "builder", 2)),
        ("[linux/arm64 2/5] RUN x", False, (StepKind.RUN, None, "linux/arm64", None, 2)),
        ("[api linux/arm/v7 b 2/5] FROM x", True, (StepKind.FROM, "api", "linux/arm/v7", "b", 2)),
        ("[linux/amd64->arm64 b 2/5] RUN x", False, (StepKind.RUN, None, "linux/amd64->arm64", "b", 2)),
        ("[api internal] load build context", True, (StepKind.CONTEXT, "api", None, None, None)),
        ("[api internal] load metadata for x", True, (StepKind.INTERNAL, "api", None, None, None)),
        ("[internal] load build definition from Dockerfile", False, (StepKind.CONTEXT, None, None, None, None)),
        ("[internal] load local bake definitions", True, (StepKind.INTERNAL, None, None, None, None)),
        ("[api auth] library/node:pull token", True, (StepKind.INTERNAL, "api", None, None, None)),
        ("[context base] load from client", False, (StepKind.CONTEXT, None, None, None, None)),
        ("[api context node:20] localhost:5000/node@sha256:ab", True, (StepKind.CONTEXT, "api", None, None, None)),
        ("[api] exporting to image", True, (StepKind.EXPORT, "api", None, None, None)),
        ("exporting to oci image format", False, (StepKind.EXPORT, None, None, None, None)),
        ("[api] exporting cache to registry", True, (StepKind.CACHE_EXPORT, "api", None, None, None)),
        ("importing cache manifest from r/c", False, (StepKind.CACHE_IMPORT, None, None, None, None)),
        ("", False, (StepKind.OTHER, None, None, None, None)),
        ("[", True, (StepKind.OTHER, None, None, None, None)),
        ("[] x", True, (StepKind.OTHER, None, None, None, None)),
    ],
)
def test_names(raw_name: str, prefixed: bool, wanted: tuple[object, ...]) -> None:
    name = parse_name(raw_name, prefixed=prefixed)
    assert (name.kind, name.target, name.platform, name.stage, name.index) == wanted


@given(st.text(), st.booleans())
def test_any_text_is_a_name(text: str, prefixed: bool) -> None:
    assert parse_name(text, prefixed=prefixed).raw == text

"""The page: whole, self-contained, and inert whatever a build wrote."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from tests.streams import STREAMS, header, replay

from bakehouse.insight.analyse import analyse
from bakehouse.model.progress import TargetState
from bakehouse.model.record import BuildRecord, RunStatus
from bakehouse.report.html import render
from bakehouse.report.html.timeline import timeline
from bakehouse.report.text import duration, size, table

VOID = {"meta", "link", "img", "br", "hr", "input"}


class _Page(HTMLParser):
    """Collects elements, attributes and text; checks that tags close in order."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str | None]] = []
        self.text = ""
        self.feed(text)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += attrs
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += attrs

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def _render(record: BuildRecord, **options: str) -> _Page:
    return _Page(render(record, analyse(record, None), **options))


@pytest.mark.parametrize("name", STREAMS)
def test_every_target_and_step_is_on_the_page_and_nothing_is_fetched(name: str) -> None:
    record = replay(name)
    page = _render(record)
    for target in record.targets:
        assert target.id in page.text
    for step in record.steps:
        assert step.instruction in page.text
    assert not page.tags & {"script", "link", "iframe", "object", "embed", "form"}
    assert not [a for a in page.attributes if a[0] in ("src", "href", "srcset") or a[0].startswith("on")]
    assert not re.search(r"url\((?!#)|@import", render(record, analyse(record, None)))


def test_hostile_names_logs_and_errors_are_inert() -> None:
    attack = "</pre></style></title></svg><script>alert(1)</script><img src=x onerror=alert(1)>{{ 7*7 }}\"' style='x"
    record = replay("bake-one-target-fails")
    steps = tuple(replace(s, instruction=attack, log_tail=attack, error=attack, stage=attack) for s in record.steps)
    targets = tuple(replace(t, message=attack, dockerfile=attack, digest=attack) for t in record.targets)
    hostile = replace(
        record, steps=steps, targets=targets, message=attack, notices=(attack,), run_id=attack, host=attack
    )
    page = _render(hostile, graph_svg=f"<svg xmlns='x'>{attack}</svg>")
    assert "script" not in page.tags
    assert not [a for a in page.attributes if a[0].startswith("on")]
    assert [
        v for k, v in page.attributes if k == "src" and not (v or "").startswith("data:image/svg+xml;base64,")
    ] == []
    assert "{{ 7*7 }}" in page.text


def test_a_failure_shows_where_what_and_its_log() -> None:
    record = replay("bake-one-target-fails", lines_of=lambda target, stage, index: (2, 2))
    record = replace(
        record,
        targets=(
            *record.targets,
            replace(record.targets[0], id="child", state=TargetState.BLOCKED, message="needs bad"),
        ),
    )
    text = _render(record).text
    for wanted in ("1 of 4 targets failed", "bad/Dockerfile:2", "exit code: 100", "Hash Sum mismatch", "needs bad"):
        assert wanted in text


def test_the_critical_path_is_marked_in_the_timeline() -> None:
    record = replay("single-cold")
    analysis = analyse(record, None)
    bars = [b for lane in timeline(record, analysis.critical_path).lanes for b in lane.bars]
    assert [b.text for b in bars if b.critical] == [e.step.instruction for e in analysis.critical_path.elements]
    assert any(not b.critical for b in bars)


@pytest.mark.parametrize("name", STREAMS)
def test_bars_stay_inside_and_never_overlap(name: str) -> None:
    record = replay(name)
    drawing = timeline(record, analyse(record, None).critical_path)
    shown = 0
    for lane in drawing.lanes:
        rows: dict[int, list[tuple[float, float]]] = {}
        for bar in lane.bars:
            shown += 1
            assert 0 <= bar.x <= 100
            assert bar.y + 18 <= drawing.height
            rows.setdefault(bar.y, []).append((bar.x, bar.x + bar.width))
        for spans in rows.values():
            for (_, end), (start, _) in zip(sorted(spans), sorted(spans)[1:], strict=False):
                assert start >= end - 0.7  # specks are drawn wider than they are
    assert shown + drawing.hidden == len(record.steps)


def test_a_run_without_steps_and_one_that_was_interrupted() -> None:
    empty = replace(header(("a",), 0.0), status=RunStatus.OK, completed=1.0)
    assert "No step was started" in _render(empty).text
    blocked = tuple(replace(t, state=TargetState.BLOCKED) for t in empty.targets)
    assert "1 of 1 targets were not built" in _render(replace(empty, status=RunStatus.FAILED, targets=blocked)).text
    assert "Interrupted" in _render(replace(empty, status=RunStatus.INTERRUPTED)).text
    assert "Running" in _render(replace(empty, status=RunStatus.RUNNING, completed=None)).text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.004, "0.00 s"),
        (4.055, "4.05 s"),
        (59.94, "59.9 s"),
        (59.96, "1 min 00 s"),
        (3720, "1 h 02 min"),
        (-2, "-2.00 s"),
    ],
)
def test_durations(value: float, text: str) -> None:
    assert duration(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [(None, "-"), (0, "0 B"), (999, "999 B"), (66_100_000, "66.1 MB"), (999_600, "1 MB"), (2_340_000_000, "2.34 GB")],
)
def test_sizes(value: int | None, text: str) -> None:
    assert size(value) == text


def test_a_table_lines_up_and_sets_figures_right() -> None:
    assert table(("name", "time"), [("a", "1 s"), ("日本", "10 s")]) == ["name  time", "a      1 s", "日本  10 s"]
    assert table(("name", "n"), []) == ["name  n"]
    assert table(("run id", "n"), [("2026-1", "1/2")]) == ["run id    n", "2026-1  1/2"]

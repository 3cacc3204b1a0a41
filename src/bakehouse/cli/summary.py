"""What is said at the end of a build: failures with their Dockerfile lines, the table, the critical path."""

from __future__ import annotations

from pathlib import Path

from bakehouse.cli.plain_text import one_line, safe
from bakehouse.model.analysis import Analysis
from bakehouse.model.progress import TargetState
from bakehouse.model.record import BuildRecord, Outcome, StepRecord, TargetRecord
from bakehouse.report.text import duration, size, table

CONTEXT_LINES = 2
PATH_ROWS = 6


def summary_lines(record: BuildRecord, analysis: Analysis) -> list[str]:
    """Table, cache line, critical path, time saved."""
    head = ("target", "result", "time", "executed", "cached", "dedup", "image", "digest")
    lines = ["", *table(head, [_row(t) for t in record.targets])]
    cache = analysis.cache
    lines += [
        "",
        f"{record.status} in {duration(record.seconds)}: {_counts(record)}{cache.executed} steps executed, "
        f"{cache.cached} cached, {cache.deduplicated} shared with another target; "
        f"parallelism {analysis.parallelism:.1f}",
    ]
    lines += _critical_path(analysis)
    if analysis.saved_seconds is not None and analysis.baseline_run:
        word = "saved" if analysis.saved_seconds >= 0 else "lost"
        lines.append(
            f"{word} {duration(abs(analysis.saved_seconds))} against the last full build ({analysis.baseline_run})"
        )
    lines += [safe(f"note: {notice}") for notice in record.notices]
    lines += ["", f"run {record.run_id}: bakehouse report {record.run_id} -o report.html"]
    return lines


def failure_lines(record: BuildRecord, root: Path) -> list[str]:
    """For each failed target its Dockerfile lines and log tail, and which targets it blocked."""
    lines: list[str] = []
    for target in record.targets:
        if target.state is not TargetState.FAILED:
            continue
        step = next((s for s in record.steps if s.target == target.id and s.outcome is Outcome.FAILED), None)
        lines += ["", f"FAILED {target.id}"]
        if step is not None:
            lines += _excerpt(step, root / target.dockerfile, target.dockerfile)
            lines += (
                ["  log:", *("    " + safe(row) for row in step.log_tail.splitlines()[-20:])] if step.log_tail else []
            )
        lines.append(f"  error: {one_line((step and step.error) or target.message or 'unknown', 400)}")
    blocked = [t for t in record.targets if t.state is TargetState.BLOCKED]
    lines += [f"BLOCKED {t.id}: {one_line(t.message, 200)}" for t in blocked]
    return lines


def _counts(record: BuildRecord) -> str:
    reused = sum(t.state is TargetState.REUSED for t in record.targets)
    return f"{reused} image{'' if reused == 1 else 's'} reused; " if reused else ""


def _row(target: TargetRecord) -> tuple[str, ...]:
    digest = (target.digest or "").removeprefix("sha256:")[:12]
    return (
        target.id,
        str(target.state),
        duration(target.seconds) if target.seconds else "-",
        str(target.executed),
        str(target.cached),
        str(target.deduplicated),
        size(target.image_bytes),
        digest or "-",
    )


def _critical_path(analysis: Analysis) -> list[str]:
    elements = analysis.critical_path.elements
    if not elements:
        return []
    longest = sorted(elements, key=lambda e: -(e.seconds + e.wait_seconds))[:PATH_ROWS]
    lines = [f"critical path: {len(elements)} steps, {duration(analysis.critical_path.total_seconds)}; the longest:"]
    for element in elements:
        if element in longest:
            step = element.step
            wait = f" (waited {duration(element.wait_seconds)})" if element.wait_seconds >= 0.5 else ""
            what = one_line(f"{step.target}: {step.instruction or step.kind}", 44)
            lines.append(f"  {duration(element.seconds):>12}  {what}{wait}")
    return lines


def _excerpt(step: StepRecord, dockerfile: Path, shown: str) -> list[str]:
    if step.lines is None:
        return [f"  {shown}: {one_line(step.instruction, 160)}"]
    first, last = step.lines
    try:
        text = dockerfile.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return [f"  {shown}:{first}"]
    rows = [f"  {shown}:{first}"]
    for number in range(max(1, first - CONTEXT_LINES), min(len(text), last + CONTEXT_LINES) + 1):
        mark = ">" if first <= number <= last else " "
        rows.append(f"  {mark} {number:4} | {safe(text[number - 1])}")
    return rows

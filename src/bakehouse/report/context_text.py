"""A context as lines for people, at most 80 columns where names allow it."""

from __future__ import annotations

from collections.abc import Iterable

from bakehouse.model.context import ContextItem, ContextReport, ContextSource, IgnoreProposal
from bakehouse.report.text import size, table


def context_lines(report: ContextReport, *, verbose: bool = False) -> list[str]:
    """Everything of a report but the text of the proposal; `verbose` names the rules that match nothing."""
    stage = f", stage {report.target}" if report.target else ""
    ignore = f"{report.ignore_file} ({_count(report.ignore_rules, 'rule')})" if report.ignore_file else "none"
    lines = [
        f"{report.service}: context {report.context}, {report.dockerfile}{stage}",
        f"  ignore file   {ignore}",
        f"  not ignored   {_amount(report.present_bytes, report.present_files)}",
        f"  sent          {_amount(report.sent_bytes, report.sent_files)}",
    ]
    lines += _section(
        "what each instruction takes", ("line", "", "source", "bytes", "files"), map(_row, report.sources)
    )
    lines += _section("the largest of what is sent", ("path", "bytes", "files"), map(_item, report.largest))
    if report.unused:
        rows = map(_item, report.unused)
        lines += _section("not ignored, and taken by no instruction", ("path", "bytes", "files"), rows)
    if report.suspicious:
        lines += _section(
            "hardly meant for an image", ("path", "looks like", "bytes", ""), map(_odd, report.suspicious)
        )
    if report.dead_rules and not verbose:
        lines += ["", f"{len(report.dead_rules)} of {_count(report.ignore_rules, 'rule')} match nothing here (-v)"]
    elif report.dead_rules:
        lines += ["", "rules that match nothing here"]
        lines += [f"  {report.ignore_file}:{rule.line}: {rule.pattern}" for rule in report.dead_rules]
    if report.problems:
        lines += ["", "problems", *(f"  {problem}" for problem in report.problems)]
    return [*lines, "", *_proposal(report)]


def _proposal(report: ContextReport) -> list[str]:
    proposal = report.proposal
    if proposal is None:
        return ["nothing to leave out: what is sent is what is needed"]
    head = {"additions": "lines to add to", "allow-list": "an allow-list for", "deny-list": "a deny-list for"}
    lines = [f"proposed: {head[proposal.form]} {proposal.path}, {_saving(proposal)}"]
    lines += [f"  leaves out {reason}" for reason in proposal.reasons]
    if proposal.services:
        lines.append(f"  it is in force for {', '.join(proposal.services)} too, and was tried on them")
    return [*lines, "  see it with --diff, write it with --write-ignore"]


def _saving(proposal: IgnoreProposal) -> str:
    if proposal.saves_bytes == 0 and proposal.saves_files == 0:
        return "which sends as much as now (BuildKit asks only for what is copied)"
    return f"which saves {size(proposal.saves_bytes)} of what is sent ({_count(proposal.saves_files, 'file')})"


def _section(title: str, head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> list[str]:
    body = list(rows)
    return ["", title, *(f"  {line}" for line in table(head, body))] if body else []


def _row(source: ContextSource) -> tuple[str, ...]:
    if source.problem is not None:
        return str(source.line), source.instruction, source.text, "missing", "-"
    return str(source.line), source.instruction, source.text, size(source.bytes), str(source.files)


def _item(item: ContextItem) -> tuple[str, ...]:
    return item.path, size(item.bytes), str(item.files)


def _odd(item: ContextItem) -> tuple[str, ...]:
    place = f"named in line {item.line}" if item.line else "sent" if item.sent else "not sent"
    return item.path, item.role or "", size(item.bytes), place


def _amount(count: int, files: int) -> str:
    return f"{size(count)} in {_count(files, 'file')}"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"

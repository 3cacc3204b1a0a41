"""Lint speed beside hadolint, tally and dockerfile-doctor: same files, one run, alternating.

Goals: at most 2 ms CPU a file and less than each but dockerfile-doctor; the whole set, start-up included, at
least 10 times faster than hadolint.
"""

from __future__ import annotations

import json
import statistics
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from bench import corpus, rivals
from bench.rivals import Cost, Tool


def measure(directory: Path, rounds: int) -> str:
    """The tables: speed, and how many rules each has."""
    files = corpus.read(directory)
    with tempfile.TemporaryDirectory(prefix="bakehouse-bench-") as scratch:
        here = corpus.place(files, Path(scratch, "files"))
        said = corpus.verdicts(here, list(files))
        good = [name for name in files if said[name][0] not in ("parser", "instructions")]
        text = f"{len(files)} different files, {len(good)} that BuildKit's parser accepts: those are read.\n\n"
        costs = _costs(rivals.tools(), here, good, rounds)
        text += _table(costs, len(good)) + _one_file(rivals.tools(), here, good, rounds)
    return text + _rules()


def _costs(tools: Sequence[Tool], here: Path, names: list[str], rounds: int) -> dict[str, tuple[Cost, str]]:
    """The median cost of each tool over all files, and what it said of them."""
    runs: dict[str, list[Cost]] = {tool.name: [] for tool in tools}
    said = {}
    for _ in range(rounds):
        for tool in tools:
            cost, outputs, codes = rivals.over_files(tool.lint, here, names)
            runs[tool.name].append(cost)
            said[tool.name] = _said(tool.name, outputs, codes)
    median = {
        name: Cost(statistics.median(c.cpu for c in costs), statistics.median(c.wall for c in costs))
        for name, costs in runs.items()
    }
    return {name: (median[name], said[name]) for name in runs}


def _said(name: str, outputs: Sequence[bytes], codes: set[int]) -> str:
    """How many findings, and how many files could not be read: a tool that reads nothing is fast."""
    if not codes <= {0, 1}:
        return f"exit codes {sorted(codes)}"
    answers = [json.loads(out) for out in outputs]
    if name == "bakehouse":
        findings = [f["rule"] for answer in answers for f in answer["findings"]]
        return f"{len(findings)} findings, {findings.count('syntax-error')} files not read"
    if name == "hadolint":
        codes_found = [f["code"] for answer in answers for f in answer]
        return f"{len(codes_found)} findings, {codes_found.count('DL1000')} files not read"
    if name.startswith("tally"):
        return f"{sum(answer['summary']['total'] for answer in answers)} findings"
    return f"{sum(len(f.get('issues', ())) for answer in answers for f in _doctor_files(answer))} findings"


def _doctor_files(answer: object) -> list[dict[str, list[object]]]:
    found = answer["files"] if isinstance(answer, dict) and "files" in answer else answer
    return found if isinstance(found, list) else [found]  # type: ignore[list-item]


def _table(costs: dict[str, tuple[Cost, str]], count: int) -> str:
    ours = costs["bakehouse"][0]
    rows = ["| all files, with start-up | CPU, s | CPU, ms a file | wall, s | CPU, ours = 1 | wall, ours = 1 | said |",
            "|---|---|---|---|---|---|---|"]  # fmt: skip
    for name, (cost, said) in costs.items():
        rows.append(
            f"| {name} | {cost.cpu:.2f} | {cost.cpu / count * 1000:.2f} | {cost.wall:.2f} "
            f"| {cost.cpu / ours.cpu:.1f} | {cost.wall / ours.wall:.1f} | {said} |"
        )
    return "\n".join(rows) + "\n\n"


def _one_file(tools: Sequence[Tool], here: Path, names: list[str], rounds: int) -> str:
    """One file of middle size: mostly start-up."""
    name = sorted(names, key=lambda n: (here / n).stat().st_size)[len(names) // 2]
    rows = ["| one file, median of the set | CPU, s | wall, s |", "|---|---|---|"]
    for tool in tools:
        costs = [rivals.timed([*tool.lint, name], here)[0] for _ in range(5 * rounds)]
        rows.append(
            f"| {tool.name} | {statistics.median(c.cpu for c in costs):.3f} "
            f"| {statistics.median(c.wall for c in costs):.3f} |"
        )
    return "\n".join(rows) + "\n\n"


def _rules() -> str:
    counts = rivals.rule_counts([str(Path(sys.executable).with_name("bakehouse"))])
    return "| | rules |\n|---|---|\n" + "".join(f"| {name} | {text} |\n" for name, text in counts.items())

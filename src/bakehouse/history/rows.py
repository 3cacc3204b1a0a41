"""Records as database rows and back: the only file that knows both the columns and the dataclasses."""

from __future__ import annotations

import json
import sqlite3
import zlib
from collections.abc import Sequence

from bakehouse.model.identity import Ingredient, IngredientKind
from bakehouse.model.progress import StepKind, TargetState
from bakehouse.model.record import BuildRecord, Outcome, RunStatus, StepRecord, TargetRecord

# fmt: off - one name a line would hide the shape
RUN_COLUMNS = (
    "run_id",
    "workspace",
    "command",
    "started",
    "completed",
    "status",
    "variant",
    "builder",
    "engine",
    "host",
    "cores",
    "git_revision",
    "git_dirty",
    "message",
    "notices",
    "pid",
)
TARGET_COLUMNS = (
    "run_id",
    "position",
    "id",
    "service",
    "variant",
    "platform",
    "state",
    "started",
    "completed",
    "executed",
    "cached",
    "deduplicated",
    "failed",
    "canceled",
    "digest",
    "image_bytes",
    "context_bytes",
    "dockerfile",
    "message",
    "identity",
    "peak_memory",
)
STEP_COLUMNS = (
    "run_id",
    "position",
    "target",
    "platform",
    "stage",
    "number",
    "total",
    "instruction",
    "kind",
    "outcome",
    "batch",
    "vertex",
    "inputs",
    "started",
    "completed",
    "seconds",
    "queue_seconds",
    "transferred_bytes",
    "concurrency",
    "first_line",
    "last_line",
    "error",
    "log_tail",
)
# fmt: on

Row = dict[str, object]


def run_row(record: BuildRecord, pid: int) -> Row:
    """The row of a run."""
    row: Row = {name: getattr(record, name) for name in RUN_COLUMNS if name != "pid"}
    row |= {"command": json.dumps(record.command), "notices": json.dumps(record.notices), "pid": pid}
    row["status"] = record.status.value
    row["git_dirty"] = None if record.git_dirty is None else int(record.git_dirty)
    return row


def target_row(run_id: str, position: int, target: TargetRecord) -> Row:
    """The row of a target."""
    row: Row = {name: getattr(target, name) for name in TARGET_COLUMNS[2:]}
    return row | {"run_id": run_id, "position": position, "state": target.state.value}


def step_row(run_id: str, position: int, step: StepRecord) -> Row:
    """The row of a step."""
    first, last = step.lines or (None, None)
    special: Row = {
        "run_id": run_id,
        "position": position,
        "number": step.index,
        "kind": step.kind.value,
        "outcome": step.outcome.value,
        "inputs": json.dumps(step.inputs),
        "first_line": first,
        "last_line": last,
    }
    return {name: getattr(step, name) for name in STEP_COLUMNS if name not in special} | special


def run_of(row: sqlite3.Row, targets: tuple[TargetRecord, ...], steps: tuple[StepRecord, ...]) -> BuildRecord:
    """The record of a row, with its targets and steps."""
    values = {name: row[name] for name in RUN_COLUMNS if name != "pid"}
    values |= {
        "command": tuple(json.loads(row["command"])),
        "notices": tuple(json.loads(row["notices"])),
        "status": RunStatus(row["status"]),
        "git_dirty": None if row["git_dirty"] is None else bool(row["git_dirty"]),
    }
    return BuildRecord(**values, targets=targets, steps=steps)


def target_of(row: sqlite3.Row) -> TargetRecord:
    """The record of a row."""
    values = {name: row[name] for name in TARGET_COLUMNS[2:]}
    return TargetRecord(**(values | {"state": TargetState(row["state"])}))


def step_of(row: sqlite3.Row) -> StepRecord:
    """The record of a row."""
    renamed = ("number", "first_line", "last_line")
    values = {name: row[name] for name in STEP_COLUMNS[2:] if name not in renamed}
    values |= {
        "index": row["number"],
        "kind": StepKind(row["kind"]),
        "outcome": Outcome(row["outcome"]),
        "inputs": tuple(json.loads(row["inputs"])),
        "lines": None if row["first_line"] is None else (row["first_line"], row["last_line"]),
    }
    return StepRecord(**values)


def packed(ingredients: Sequence[Ingredient]) -> bytes:
    """Ingredients as compressed JSON; a name that is not UTF-8 is kept by JSON's escapes."""
    plain = [[i.kind.value, i.name, i.value, i.place] for i in ingredients]
    return zlib.compress(json.dumps(plain, separators=(",", ":")).encode("ascii"), 6)


def unpacked(data: bytes) -> tuple[Ingredient, ...]:
    """The ingredients that were packed."""
    plain = json.loads(zlib.decompress(data))
    return tuple(Ingredient(IngredientKind(kind), name, value, place) for kind, name, value, place in plain)

"""The map: each stage of the house as one function. Only wiring; read this first.

scan -> graph -> plan -> build -> history -> analyse -> report
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from bakehouse.config import Config, load
from bakehouse.history.store import Store
from bakehouse.insight.analyse import analyse
from bakehouse.model.analysis import Analysis
from bakehouse.model.graph import ServiceGraph
from bakehouse.model.record import BuildRecord
from bakehouse.model.service import Workspace
from bakehouse.workspace.discover import discover
from bakehouse.workspace.graph import build_graph

STATE_DIRECTORY = ".bakehouse"


def config(root: Path, flags: Mapping[str, str] | None = None) -> Config:
    """The configuration of the workspace at `root`: defaults, bakehouse.toml, environment, `flags`."""
    return load(root, flags)


def scan(root: Path, flags: Mapping[str, str] | None = None) -> Workspace:
    """Find everything in the workspace at `root`. One bad file is a notice, not a failure."""
    return discover(root, config(root, flags))


def graph(workspace: Workspace) -> ServiceGraph:
    """Services, libraries, bases and the edges among them. A cycle of build edges raises CycleError."""
    return build_graph(workspace)


def state_directory(root: Path) -> Path:
    """`.bakehouse` in the workspace: history, caches of answers; ignored by git through its own .gitignore."""
    directory = root / STATE_DIRECTORY
    directory.mkdir(exist_ok=True)
    ignore = directory / ".gitignore"
    if not ignore.exists():
        ignore.write_text("*\n", encoding="utf-8")
    return directory


def history(root: Path) -> Store:
    """The history of the workspace, made if there is none."""
    return Store.open(state_directory(root) / "history.db")


def analyse_run(store: Store, run_id: str = "latest") -> tuple[BuildRecord, Analysis]:
    """A recorded run (id, unique prefix, or latest) and what insight says of it."""
    record = store.load(run_id)
    baseline = store.last_full_build(tuple(t.id for t in record.targets), before=record.started)
    return record, analyse(record, baseline)

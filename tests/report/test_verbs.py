"""`bakehouse history` and `bakehouse report` over a real history file."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from tests.streams import replay

from bakehouse import api
from bakehouse.cli.history import command as history
from bakehouse.cli.report import command as report
from bakehouse.errors import HistoryError, UsageError


@pytest.fixture
def built(tmp_path: Path) -> Path:
    with api.history(tmp_path) as store:
        store.save(replay("single-cold", "20261123-cold"))
        store.save(replay("bake-one-target-fails", "20261123-fails"))
    return tmp_path


def _run(command, root: Path, *words: str) -> str:
    result = CliRunner().invoke(command, [*words, "-C", str(root)], catch_exceptions=False, standalone_mode=False)
    return result.stdout


@pytest.mark.parametrize("command", [history, report])
def test_before_the_first_build_they_say_what_will_appear(command, tmp_path: Path) -> None:
    assert "after `bakehouse build`" in _run(command, tmp_path)
    assert json.loads(_run(command, tmp_path, "--json"))["schema"].startswith("bakehouse.")
    assert not (tmp_path / "report.html").exists()


def test_the_list_of_runs(built: Path) -> None:
    lines = _run(history, built).splitlines()
    assert len(lines) == 3
    assert "20261123-fails" in lines[1]  # the newest first
    assert "failed" in lines[1]
    assert len(json.loads(_run(history, built, "--json", "--limit", "1"))["runs"]) == 1


def test_one_run(built: Path) -> None:
    assert "critical path" in _run(history, built, "20261123-c")
    body = json.loads(_run(history, built, "latest", "--json"))
    assert body["run"]["run_id"] == "20261123-fails"
    assert body["analysis"]["cache"]["failed"] == 1
    with pytest.raises(HistoryError, match="no run 1999"):
        _run(history, built, "1999")


def test_the_report_is_written_where_asked(built: Path, tmp_path: Path) -> None:
    target = tmp_path / "out.html"
    assert "20261123-cold" in _run(report, built, "20261123-cold", "-o", str(target))
    assert target.read_text(encoding="utf-8").lstrip().startswith("<!doctype html>")
    with pytest.raises(UsageError, match="cannot write"):
        _run(report, built, "-o", str(tmp_path / "no" / "such" / "out.html"))

"""scan, graph and init from the command line, in-process, without an engine."""

from __future__ import annotations

import json
import tomllib

import pytest

from bakehouse.cli.main import run_cli


@pytest.fixture
def repo(tmp_path):
    (tmp_path / "api").mkdir()
    (tmp_path / "api" / "Dockerfile").write_text("FROM node:20 AS dev\nFROM node:20 AS prod\n")
    return tmp_path


def test_scan_json_has_the_documented_keys(repo, capsys):
    assert run_cli(["scan", "-C", str(repo), "--json"]) == 0
    (service,) = json.loads(capsys.readouterr().out)["services"]
    wanted = {"name", "kind", "context", "dockerfile", "target", "stages", "bases", "source"}
    assert wanted <= set(service)
    assert (service["name"], service["source"]) == ("api", "api/Dockerfile:1")


def test_scan_table_fits_80_columns(repo, capsys):
    assert run_cli(["scan", "-C", str(repo)]) == 0
    out = capsys.readouterr().out
    assert "dev,prod" in out
    assert max(map(len, out.splitlines())) <= 80


@pytest.mark.parametrize(
    ("form", "said"),
    [("text", "└─"), ("dot", "digraph"), ("mermaid", "flowchart"), ("svg", "<svg"), ("json", '"edges"')],
)
def test_graph_forms(repo, capsys, form, said):
    assert run_cli(["graph", "-C", str(repo), "--format", form]) == 0
    assert said in capsys.readouterr().out


def test_init_writes_what_scan_then_reads_back(repo, capsys):
    assert run_cli(["init", "-C", str(repo)]) == 0
    text = (repo / "bakehouse.toml").read_text()
    assert tomllib.loads(text)["services"]["api"]["dockerfile"] == "api/Dockerfile"
    capsys.readouterr()
    assert run_cli(["scan", "-C", str(repo), "--json"]) == 0
    (service,) = json.loads(capsys.readouterr().out)["services"]
    assert service["variants"] == {"dev": "dev", "prod": "prod"}
    assert list(repo.glob(".bakehouse.toml.*")) == []


def test_init_does_not_overwrite(repo, capsys):
    (repo / "bakehouse.toml").write_text("[broken")
    assert run_cli(["init", "-C", str(repo)]) == 2
    assert "--force" in capsys.readouterr().err
    assert (repo / "bakehouse.toml").read_text() == "[broken"
    assert run_cli(["init", "-C", str(repo), "--force"]) == 0
    tomllib.loads((repo / "bakehouse.toml").read_text())


def test_broken_configuration_names_file_and_line(repo, capsys):
    (repo / "bakehouse.toml").write_text("[build]\nvarian = 1\n")
    assert run_cli(["scan", "-C", str(repo)]) == 2
    error = capsys.readouterr().err
    assert "bakehouse.toml:2" in error
    assert "build.variant" in error

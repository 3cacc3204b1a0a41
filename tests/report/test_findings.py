"""Findings in every form: valid where there is a schema, safe where a file's text is hostile."""

from __future__ import annotations

import io
import json
import shutil
import subprocess
import tarfile
import xml.etree.ElementTree as ET
from pathlib import Path

import jsonschema
import pytest

from bakehouse.api import linting
from bakehouse.api.linting import LintRequest
from bakehouse.model.finding import LintReport
from bakehouse.report.findings import FORMATS, render
from bakehouse.report.findings.diff import unified
from bakehouse.report.findings.statistics import by_rule

HOSTILE = b'# \xc3\xa4\nFROM debian:12 AS Build\nRUN echo "]]>\x1b[31m<&%:,\xff" | cat\nRUN a \\\n  | b\n'
RULES = ("missing-pipefail", "stage-name-casing", "syntax-error")


@pytest.fixture
def report(tmp_path: Path) -> LintReport:
    (tmp_path / "Dockerfile").write_bytes(HOSTILE)
    (tmp_path / "Dockerfile.broken").write_bytes(b"FORM x\n")
    (tmp_path / "with space").mkdir()
    (tmp_path / "with space/Dockerfile").write_bytes("# \u00e4\nFROM debian:12 AS X\n".encode())
    return linting.lint(tmp_path, LintRequest(select=RULES))


def test_there_is_something_to_show(report: LintReport) -> None:
    assert {f.rule for f in report.findings} == set(RULES)


@pytest.mark.parametrize("form", FORMATS)
def test_nothing_found(form: str) -> None:
    text = render(form, LintReport(findings=(), checked=("Dockerfile",)), linting.lint_rules())
    assert text.endswith("\n") or not text


@pytest.fixture(scope="session")
def sarif_schema(tmp_path_factory: pytest.TempPathFactory) -> object:
    """The schema of SARIF 2.1.0, from a package that carries it."""
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("npm is not installed: SARIF's schema comes from a package of its registry")
    where = tmp_path_factory.mktemp("sarif")
    package = "@microsoft/jest-sarif@1.0.0-beta.0"
    done = subprocess.run([npm, "pack", "--silent", package], cwd=where, capture_output=True, text=True, check=True)
    with tarfile.open(where / done.stdout.split()[-1]) as archive:
        member = archive.extractfile("package/lib/schemas/sarif-2.1.0-rtm.5.json")
        assert member is not None
        return json.load(io.TextIOWrapper(member, "utf-8"))


def test_sarif_is_valid(report: LintReport, sarif_schema: object) -> None:
    log = json.loads(render("sarif", report, linting.lint_rules()))
    jsonschema.Draft4Validator(sarif_schema).validate(log)
    run = log["runs"][0]
    assert len(run["results"]) == len(report.findings)
    for result in run["results"]:
        assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"]
    uris = {r["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for r in run["results"]}
    assert "with%20space/Dockerfile" in uris
    assert [r["fixes"][0] for r in run["results"] if "fixes" in r]


def test_sarif_columns_are_code_points(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_bytes("FROM d\u00e9:1 AS Build\n".encode())
    found = linting.lint(tmp_path, LintRequest(select=("stage-name-casing",)))
    result = json.loads(render("sarif", found, linting.lint_rules()))["runs"][0]["results"][0]
    region = result["locations"][0]["physicalLocation"]["region"]
    assert region == {"startLine": 1, "startColumn": 14, "endLine": 1, "endColumn": 19}


def test_gitlab(report: LintReport) -> None:
    issues = json.loads(render("gitlab", report, linting.lint_rules()))
    assert len({issue["fingerprint"] for issue in issues}) == len(issues) == len(report.findings)
    assert {issue["severity"] for issue in issues} <= {"info", "minor", "major", "critical", "blocker"}
    assert all(issue["location"]["lines"]["begin"] >= 1 for issue in issues)


def test_github(report: LintReport) -> None:
    lines = render("github", report, linting.lint_rules()).splitlines()
    assert len(lines) == len(report.findings)
    assert all(line.startswith(("::error file=", "::warning file=", "::notice file=")) for line in lines)


def test_junit(report: LintReport) -> None:
    root = ET.fromstring(render("junit", report, linting.lint_rules()))
    assert int(root.get("failures", "")) == len(root.findall(".//failure")) == len(report.findings)


def test_json(report: LintReport) -> None:
    data = json.loads(render("json", report, linting.lint_rules()))
    assert data["schema"] == "bakehouse.lint/1"
    fix = next(f["fix"] for f in data["findings"] if f["rule"] == "stage-name-casing")
    assert fix["safe"] is True
    assert fix["edits"][0].keys() == {"start", "end", "text"}


def test_text_marks_the_spot(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text("FROM debian:12 AS Build\n")
    found = linting.lint(tmp_path, LintRequest(select=("stage-name-casing",)))
    lines = render("text", found, linting.lint_rules()).splitlines()
    assert lines[0] == "Dockerfile:1:19: style: stage name Build is not in lower case [stage-name-casing]"
    assert lines[1].endswith("| FROM debian:12 AS Build")
    assert lines[2].index("^") == lines[1].index("Build")
    assert lines[2].count("^") == len("Build")


@pytest.mark.parametrize("far", [0, 20, 60, 90, 400])
def test_a_long_line_is_shown_around_the_spot(tmp_path: Path, far: int) -> None:
    """A terminal of 80 columns wraps nothing, so that the mark stands below what it means."""
    (tmp_path / "Dockerfile").write_text(f"FROM debian:12\nRUN {'x' * far} a | b {'y' * 200}\n")
    found = linting.lint(tmp_path, LintRequest(select=("missing-pipefail",)))
    _, source, mark, *_ = render("text", found, linting.lint_rules()).splitlines()
    assert max(len(source), len(mark)) <= 80
    assert source[mark.index("^")] == "b"


def test_the_last_lines_count(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text("FROM debian:12 AS Build\nRUN a | b\n")

    def last(*rules: str) -> list[str]:
        return render("text", linting.lint(tmp_path, LintRequest(select=rules)), linting.lint_rules()).splitlines()[-2:]

    assert last("stage-name-casing") == ["1 file checked: 1 finding (1 style)", "1 can be fixed with --fix"]
    assert last("missing-pipefail")[1] == "1 can be fixed with --fix --unsafe"
    assert last("missing-pipefail", "stage-name-casing")[1] == ("1 can be fixed with --fix, 1 more with --fix --unsafe")


def test_statistics(report: LintReport) -> None:
    assert "missing-pipefail" in by_rule(report)


def test_the_diff_applies(tmp_path: Path) -> None:
    before = b"FROM debian:12 AS Build\r\nRUN a\x0cb\n# \xff\nFROM x AS Y"
    (tmp_path / "Dockerfile").write_bytes(before)
    found = linting.lint(tmp_path, LintRequest(select=("stage-name-casing",), fix=True))
    (tmp_path / "change.patch").write_bytes(unified(found.fixed))
    subprocess.run(["patch", "-p1", "--binary", "-i", "change.patch"], cwd=tmp_path, check=True)
    assert (tmp_path / "Dockerfile").read_bytes() == before.replace(b"Build", b"build").replace(b"AS Y", b"AS y")


@pytest.mark.parametrize("name", ["a b", "new\nline", 'quote"\\\t', "\u00e4\x01"])
def test_the_diff_names_any_file_as_git_does(tmp_path: Path, name: str) -> None:
    (tmp_path / name).mkdir()
    (tmp_path / name / "Dockerfile").write_bytes(b"FROM debian:12 AS Build\n")
    found = linting.lint(tmp_path, LintRequest(select=("stage-name-casing",), fix=True))
    subprocess.run(["git", "apply", "-"], input=unified(found.fixed), cwd=tmp_path, check=True)
    assert (tmp_path / name / "Dockerfile").read_bytes() == b"FROM debian:12 AS build\n"


def test_a_name_of_two_lines_stays_one_entry(tmp_path: Path) -> None:
    (tmp_path / "new\nline").mkdir()
    (tmp_path / "new\nline" / "Dockerfile").write_bytes(b"FROM debian:12 AS Build\n")
    found = linting.lint(tmp_path, LintRequest(select=("stage-name-casing",)))
    assert render("text", found, linting.lint_rules()).startswith(r"new\nline/Dockerfile:1:19: style: ")

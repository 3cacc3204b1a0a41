"""`bakehouse lint` and `bakehouse rule` as users and scripts call them."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

BAD = b"FROM debian:12 AS Build\nRUN a | b\n"


def run(*args: str, cwd: Path, stdin: bytes | None = None) -> subprocess.CompletedProcess[bytes]:
    env = {**os.environ, "COLUMNS": "80"}
    command = [sys.executable, "-m", "bakehouse.cli", *args]
    return subprocess.run(command, cwd=cwd, env=env, input=stdin, capture_output=True)


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    (tmp_path / "api").mkdir()
    (tmp_path / "api/Dockerfile").write_bytes(BAD)
    (tmp_path / "ok.Dockerfile").write_bytes(b"FROM scratch\n")
    return tmp_path


def test_findings_are_exit_1_and_named(repo: Path) -> None:
    done = run("lint", "--select", "missing-pipefail,stage-name-casing", cwd=repo)
    assert done.returncode == 1
    assert b"api/Dockerfile:2:" in done.stdout
    assert b"2 files checked: 2 findings (1 warning, 1 style)" in done.stdout
    assert done.stderr == b""


def test_only_what_is_bad_enough_fails(repo: Path) -> None:
    assert run("lint", "--select", "stage-name-casing", cwd=repo).returncode == 0
    assert run("lint", "--select", "stage-name-casing", "--fail-on", "style", cwd=repo).returncode == 1
    assert run("lint", "--select", "missing-pipefail", "--fail-on", "never", cwd=repo).returncode == 0


def test_fix_writes_and_keeps_mode_and_links(repo: Path) -> None:
    file = repo / "api/Dockerfile"
    file.chmod(0o640)
    (repo / "link.Dockerfile").symlink_to("api/Dockerfile")
    done = run("lint", "link.Dockerfile", "--fix", "--select", "stage-name-casing", cwd=repo)
    assert done.returncode == 0, done.stderr
    assert file.read_bytes() == BAD.replace(b"Build", b"build")
    assert stat.S_IMODE(file.stat().st_mode) == 0o640
    assert (repo / "link.Dockerfile").is_symlink()
    assert sorted(p.name for p in repo.iterdir()) == ["api", "link.Dockerfile", "ok.Dockerfile"]


def test_diff_writes_nothing(repo: Path) -> None:
    done = run("lint", "--diff", "--unsafe", "--select", "missing-pipefail,stage-name-casing", cwd=repo)
    assert done.returncode == 1
    assert b"+SHELL" in done.stdout
    assert (repo / "api/Dockerfile").read_bytes() == BAD


def test_diff_in_a_file_and_in_json(repo: Path) -> None:
    select = ("--select", "stage-name-casing")
    shown = run("lint", "--diff", *select, cwd=repo).stdout
    assert b"+FROM debian:12 AS build" in shown
    assert run("lint", "--diff", "-o", "change.patch", *select, cwd=repo).stdout == b""
    assert (repo / "change.patch").read_bytes() == shown
    done = run("lint", "--diff", "--json", *select, cwd=repo)
    assert done.returncode == 1
    assert [file["diff"].encode() for file in json.loads(done.stdout)["fixed"]] == [shown]
    assert (repo / "api/Dockerfile").read_bytes() == BAD


def test_json_is_one_object(repo: Path) -> None:
    done = run("lint", "--json", cwd=repo)
    assert json.loads(done.stdout)["schema"] == "bakehouse.lint/1"


def test_standard_input(repo: Path) -> None:
    done = run("lint", "-", "--select", "missing-pipefail", "--stdin-filename", "x/Dockerfile", cwd=repo, stdin=BAD)
    assert done.returncode == 1
    assert done.stdout.startswith(b"x/Dockerfile:2:")
    done = run("lint", "-", "--fix", "--select", "stage-name-casing", cwd=repo, stdin=BAD)
    assert done.stdout == BAD.replace(b"Build", b"build")


def test_baseline(repo: Path) -> None:
    assert run("lint", "--write-baseline", cwd=repo).returncode == 0
    done = run("lint", cwd=repo)
    assert done.returncode == 0
    assert b"in the baseline" in done.stdout


def test_output_to_a_file(repo: Path) -> None:
    done = run("lint", "--format", "sarif", "-o", "lint.sarif", "--select", "missing-pipefail", cwd=repo)
    assert done.returncode == 1
    assert json.loads((repo / "lint.sarif").read_text())["version"] == "2.1.0"


def test_shellcheck(repo: Path) -> None:
    text = b'FROM debian:12\nRUN x="$(cat /a)" && \\\n    # note\n    echo $x "$HOME"\nRUN echo "${y}"\n'
    (repo / "api/Dockerfile").write_bytes(text)
    done = run("lint", "api", "--shellcheck", "--select", "syntax-error", "--fail-on", "info", cwd=repo)
    assert done.returncode == 1, done.stderr
    assert b"api/Dockerfile:4:10: info: Double quote to prevent globbing and word splitting [SC2086]" in done.stdout
    assert b"SC2154" not in done.stdout
    done = run("lint", "api", "--shellcheck", "--select", "syntax-error", "--ignore", "SC2086", cwd=repo)
    assert b"SC2086" not in done.stdout


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["lint", "nowhere"], b"there is no nowhere"),
        (["lint", "--select", "nosuchrule"], b"no rule, group or alias"),
        (["lint", "--unsafe"], b"--unsafe goes with --fix"),
        (["lint", "--fix", "--diff"], b"give one of them"),
        (["lint", "--baseline", "missing.json"], b"missing.json: cannot be read"),
        (["lint", "-", "api"], b"stands alone"),
        (["lint", "-", "--fix", "--json"], b"prints the repaired file"),
        (["lint", "-", "--fix", "-o", "x"], b"prints the repaired file"),
        (["rule", "nosuchrule"], b"no rule, group or alias"),
        (["lint", "-o", "nowhere/x"], b"nowhere/x: cannot be written: No such file"),
        (["lint", "-o", "api"], b"api: cannot be written: Is a directory"),
        (["lint", "/dev/zero"], b"/dev/zero: larger than"),
    ],
)
def test_wrong_use_is_exit_2(repo: Path, args: list[str], message: bytes) -> None:
    done = run(*args, cwd=repo, stdin=b"")
    assert done.returncode == 2
    assert message in done.stderr
    assert b"Traceback" not in done.stderr


def test_configuration(repo: Path) -> None:
    (repo / "bakehouse.toml").write_text('[lint]\nselect = ["missing-pipefail"]\nseverity = { DL4006 = "info" }\n')
    done = run("lint", cwd=repo)
    assert done.returncode == 0
    assert b"1 finding (1 info)" in done.stdout
    (repo / "bakehouse.toml").write_text('[lint]\nselekt = ["x"]\n')
    done = run("lint", cwd=repo)
    assert done.returncode == 2
    assert b"bakehouse.toml:2: unknown key lint.selekt" in done.stderr


def test_files_that_are_no_dockerfiles(repo: Path) -> None:
    (repo / "api/Dockerfile").write_bytes(bytes(range(256)) * 400)
    (repo / "bin.Dockerfile").write_bytes(b"\x7fELF\x00\x00FROM x\n" * 10)
    (repo / "loop.Dockerfile").symlink_to("loop.Dockerfile")
    done = run("lint", "--fix", "--unsafe", cwd=repo)
    assert done.returncode == 1
    assert b"Traceback" not in done.stderr
    assert b"[syntax-error]" in done.stdout


def test_a_repository_that_cannot_be_scanned_is_still_linted(repo: Path) -> None:
    (repo / "compose.yaml").write_text("services:\n  api: {build: ../..}\n")
    done = run("lint", "--select", "missing-pipefail", cwd=repo)
    assert b"api/Dockerfile:2:" in done.stdout


def test_rule_tells_all(repo: Path) -> None:
    assert run("rule", "DL4006", cwd=repo).stdout.startswith(b"missing-pipefail: ")
    rules = json.loads(run("rule", "--json", cwd=repo).stdout)["rules"]
    assert {"name", "group", "severity", "fix", "aliases", "summary", "page", "default"} <= rules[0].keys()


def test_a_pipe_called_dockerfile_is_passed_by(repo: Path) -> None:
    os.mkfifo(repo / "pipe.Dockerfile")
    done = run("lint", "--select", "missing-pipefail", cwd=repo)
    assert b"2 files checked" in done.stdout


def test_a_file_too_large_stops_no_other(repo: Path) -> None:
    with (repo / "huge.Dockerfile").open("wb") as file:
        file.truncate(64 * 1024 * 1024 + 1)
    done = run("lint", "--isolated", "--select", "missing-pipefail", cwd=repo)
    assert done.returncode == 1
    assert b"huge.Dockerfile:1:1: error: larger than 67108864 bytes" in done.stdout
    assert b"api/Dockerfile:2:9: warning:" in done.stdout
    assert run("lint", "huge.Dockerfile", "--isolated", cwd=repo).returncode == 2

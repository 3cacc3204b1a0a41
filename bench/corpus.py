"""Real Dockerfiles below a directory, and what BuildKit's own parser says of them.

Enter a directory (never part of this repository) and bytes; leave different files and verdicts.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

from bench.rivals import CACHE

NAME = re.compile(r"(dockerfile|containerfile)(\..*)?\Z|.*\.(dockerfile|containerfile)\Z", re.IGNORECASE)
SOURCE = Path(__file__).with_name("buildkit_verdict")


def paths(directory: Path) -> list[Path]:
    """The Dockerfiles below a directory, links left out."""
    found = (path for path in sorted(directory.rglob("*")) if NAME.match(path.name))
    return [path for path in found if path.is_file() and not path.is_symlink()]


def read(directory: Path) -> dict[str, bytes]:
    """The different Dockerfiles below a directory, each under a flat name that every linter takes for one."""
    found: dict[bytes, tuple[str, bytes]] = {}
    for path in paths(directory):
        data = path.read_bytes()
        flat = re.sub(r"[^\w.-]", "~", str(path.relative_to(directory)))[-150:]
        found.setdefault(hashlib.sha256(data).digest(), (flat, data))
    return {f"Dockerfile.{number:05d}.{flat}": data for number, (flat, data) in enumerate(found.values())}


def place(files: Mapping[str, bytes], directory: Path) -> Path:
    """Write files into a fresh directory."""
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir(parents=True)
    for name, data in files.items():
        (directory / name).write_bytes(data)
    return directory


def verdicts(directory: Path, names: list[str]) -> dict[str, tuple[str, str]]:
    """For each file: where BuildKit refuses it (see buildkit_verdict/main.go) and why; two empty texts if it
    does not. Needs Go, and its modules the first time."""
    program = CACHE / "buildkit_verdict"
    if not program.exists() or program.stat().st_mtime < (SOURCE / "main.go").stat().st_mtime:
        CACHE.mkdir(parents=True, exist_ok=True)
        subprocess.run(["go", "build", "-o", program, "."], cwd=SOURCE, check=True)
    asked = "".join(f"{directory / name}\n" for name in names)
    answers = subprocess.run([program], input=asked.encode(), capture_output=True, check=True).stdout.splitlines()
    return {
        name: (answer["layer"], answer["error"])
        for name, answer in zip(names, map(json.loads, answers), strict=True)
    }  # fmt: skip

"""Copies of the example monorepo to build in: for Bakehouse, for plain bake, and as it was before (Dockerfile.legacy).

Each side of a comparison has a namespace of its own in the registry and makes edits of its own, so that neither
finds the other's work in a cache.
"""

import hashlib
import itertools
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

EXAMPLE = Path(__file__).resolve().parent.parent / "examples" / "tradingsystem"
BAKEHOUSE = str(Path(sys.executable).with_name("bakehouse"))
_counter = itertools.count(1)


class World:
    """`place` holds the copies; `namespace` keeps this run's images apart from all others."""

    def __init__(self, place: Path) -> None:
        self.place = place
        self.namespace = f"bench{os.getpid()}"
        # as an installed command runs: with its byte code cached, wherever the caller wants none beside the source
        self.environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
        self.environment["PYTHONPYCACHEPREFIX"] = str(place / "bytecode")

    def copy(self, name: str) -> "Copy":
        """A fresh copy of the example, without any state."""
        root = self.place / name / "tradingsystem"
        shutil.rmtree(root.parent, ignore_errors=True)
        shutil.copytree(EXAMPLE, root, ignore=shutil.ignore_patterns(".bakehouse", "node_modules", ".venv"))
        return Copy(self, root, name)


class Copy:
    """One copy; `side` is its namespace in the registry."""

    def __init__(self, world: World, root: Path, side: str) -> None:
        self.root = root
        self.environment = world.environment | {
            "BAKEHOUSE_REGISTRY_NAMESPACE": f"{world.namespace}/{side}",
            "BAKEHOUSE_CACHE_BACKEND": "registry",
            "BAKEHOUSE_CACHE_MODE": "max",
        }

    def run(self, command: list[str]) -> float:
        """Seconds a command takes here; it must succeed."""
        began = time.monotonic()
        done = subprocess.run(command, cwd=self.root, env=self.environment, capture_output=True, text=True)
        took = time.monotonic() - began
        if done.returncode != 0:
            raise SystemExit(f"{' '.join(command)} failed:\n{done.stdout[-2000:]}\n{done.stderr[-4000:]}")
        return took

    def ours(self, *options: str) -> float:
        """`bakehouse build --push`."""
        return self.run([BAKEHOUSE, "build", "--push", "-q", *options])

    def definition(self) -> Path:
        """What `bakehouse plan --push --bake` prints, as a file."""
        text = subprocess.run(
            [BAKEHOUSE, "plan", "--push", "--bake"], cwd=self.root, env=self.environment, capture_output=True, text=True
        )
        if text.returncode != 0:
            raise SystemExit(text.stderr)
        path = self.root.parent / "bake.json"
        path.write_text(text.stdout)
        return path

    def bake(self, definition: Path, *targets: str) -> float:
        """`docker buildx bake` of a definition."""
        return self.run(["docker", "buildx", "bake", "-f", str(definition), "--progress", "quiet", *targets])

    def serial(self, definition: Path) -> float:
        """One target after the other, as a script of `docker build` lines does it."""
        targets = json.loads(definition.read_text())["target"]
        return sum(self.bake(definition, target) for target in targets)

    def forget(self) -> None:
        """A fresh runner has neither history nor memory."""
        shutil.rmtree(self.root / ".bakehouse", ignore_errors=True)

    def edit_source(self) -> None:
        """One line more in one service."""
        _append(self.root / "services/documentation-api/src/app.js", "//")

    def edit_library(self) -> None:
        """One line more in a library that all Python services take."""
        path = self.root / "libs/py-common/src/tradingsystem_common/__init__.py"
        _append(path if path.is_file() else next(path.parent.glob("*.py")), "#")

    def bump(self, version: str) -> None:
        """Another version of one dependency of one service, with its hash."""
        lock = self.root / "data/tp-capital/requirements.lock"
        line = f"click=={version} \\\n    --hash=sha256:{_wheel_digest('click', version)}\n"
        text, count = re.subn(r"(?m)^click==.*\n(?:    --hash=.*\n)+", lambda _: line, lock.read_text())
        assert count == 1, "the example no longer locks click"
        lock.write_text(text)


def legacy(world: World) -> Copy:
    """A copy in which every service that had one is built from its Dockerfile.legacy."""
    copy = world.copy("legacy")
    before = sorted(copy.root.rglob("Dockerfile.legacy"))
    tables = []
    for path in before:
        service = path.parent.name
        tables.append(f'[services."{service}"]\ndockerfile = "{path.relative_to(copy.root)}"\ncontext = "."\n')
    (copy.root / "bakehouse.toml").write_text('[workspace]\nname = "tradingsystem"\n' + "\n".join(tables))
    (copy.root / "compose.yaml").unlink()
    for path in copy.root.rglob("Dockerfile"):
        path.unlink()
    copy.environment["BAKEHOUSE_CACHE_BACKEND"] = "none"
    copy.run([BAKEHOUSE, "bases", "bootstrap"])
    return copy


def prune() -> None:
    """Empty the engine's build cache."""
    subprocess.run(["docker", "buildx", "prune", "--all", "--force"], check=True, capture_output=True)


def _append(path: Path, comment: str) -> None:
    with path.open("a", encoding="utf-8") as file:
        file.write(f"{comment} edit {next(_counter)} of {os.getpid()}\n")


def _wheel_digest(package: str, version: str) -> str:
    with tempfile.TemporaryDirectory() as place:
        command = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "-d", place, f"{package}=={version}"]
        subprocess.run(command, check=True, capture_output=True)
        (wheel,) = Path(place).glob("*.whl")
        return hashlib.sha256(wheel.read_bytes()).hexdigest()

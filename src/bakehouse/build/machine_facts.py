"""What this machine and its engine say of themselves, asked in parallel, each question with a time limit.

Nothing is judged here: a question that got no answer is None, with the reason in `errors`.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from bakehouse.build import ca
from bakehouse.build.builder_list import list_builders
from bakehouse.build.registry_probe import RegistryState, probe
from bakehouse.config import Config
from bakehouse.errors import BakehouseError, EngineError
from bakehouse.model.builder import Builder
from bakehouse.tools import buildx, docker, git
from bakehouse.tools.run import run

QUESTION_SECONDS = 4.0
_BINFMT = Path("/proc/sys/fs/binfmt_misc")
_MEMINFO = Path("/proc/meminfo")


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineInfo:
    """The engine's own description; sizes in bytes."""

    version: str
    storage_driver: str
    containerd_store: bool
    root: str
    cores: int
    memory: int
    os: str
    architecture: str
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Emulator:
    """A binfmt_misc entry for another architecture; `fixed` is flag F: it also works inside containers."""

    architecture: str
    enabled: bool
    fixed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """All answers. `errors` has the reason for each question (by field name) without one."""

    engine: EngineInfo | None = None
    buildx: str | None = None
    builders: tuple[Builder, ...] | None = None
    compose: str | None = None
    git: str | None = None
    registry: RegistryState | None = None
    disk_free: int | None = None
    disk_total: int | None = None
    memory_available: int | None = None
    emulators: tuple[Emulator, ...] = ()
    extra_ca: ca.ExtraCa | None = None
    errors: Mapping[str, str] = field(default_factory=dict)


def gather(config: Config) -> Facts:
    """Ask everything at once; no question takes longer than QUESTION_SECONDS."""
    questions: dict[str, Callable[[], Any]] = {
        "engine": _engine,
        "buildx": lambda: _line(buildx.version()),
        "builders": lambda: list_builders(timeout=QUESTION_SECONDS),
        "compose": lambda: _line(docker.compose_version()),
        "git": lambda: _line(git.version()),
        "registry": lambda: probe(config.registry.url, timeout=QUESTION_SECONDS),
        "memory_available": memory_available,
        "emulators": emulators,
        "extra_ca": lambda: ca.detect(config.build.ca, os.environ),
    }
    answers: dict[str, Any] = {}
    errors: dict[str, str] = {}
    with ThreadPoolExecutor(max_workers=len(questions), thread_name_prefix="doctor") as pool:
        futures = {name: pool.submit(ask) for name, ask in questions.items()}
        for name, future in futures.items():
            try:
                answers[name] = future.result()
            except BakehouseError as error:
                errors[name] = error.message
    engine = answers.get("engine")
    if engine and Path(engine.root).is_dir():
        usage = shutil.disk_usage(engine.root)
        answers |= {"disk_free": usage.free, "disk_total": usage.total}
    return Facts(**answers, errors=errors)


def memory_available(path: Path = _MEMINFO) -> int | None:
    """Bytes of memory that programs can still get on this machine; None where the kernel does not say."""
    try:
        lines = path.read_text(encoding="ascii").splitlines()
    except OSError:
        return None
    found = next((line.split()[1] for line in lines if line.startswith("MemAvailable:")), None)
    return int(found) * 1024 if found else None


def emulators(directory: Path = _BINFMT) -> tuple[Emulator, ...]:
    """The registered qemu interpreters."""
    found = []
    for entry in sorted(directory.glob("qemu-*")):
        try:
            text = entry.read_text(encoding="utf-8", errors="replace")
        except OSError:
            continue
        flags = next((line.partition(":")[2] for line in text.splitlines() if line.startswith("flags:")), "")
        architecture = entry.name.removeprefix("qemu-")
        found.append(Emulator(architecture=architecture, enabled=text.startswith("enabled"), fixed="F" in flags))
    return tuple(found)


class _Info(msgspec.Struct, rename="pascal"):
    server_version: str = ""
    driver: str = ""
    driver_status: list[list[str]] | None = None
    docker_root_dir: str = ""
    n_cpu: int = msgspec.field(default=0, name="NCPU")
    mem_total: int = 0
    operating_system: str = ""
    architecture: str = ""
    warnings: list[str] | None = None
    server_errors: list[str] | None = None


def parse_info(text: str) -> EngineInfo:
    """`docker info` as JSON. Raises EngineError where the client says that no engine answers."""
    try:
        raw = msgspec.json.decode(text, type=_Info)
    except msgspec.DecodeError as error:
        raise EngineError(f"docker info answers in a form we do not know: {error}") from error
    if raw.server_errors or not raw.server_version:
        raise EngineError("; ".join(raw.server_errors or ["no engine answers"]))
    return EngineInfo(
        version=raw.server_version,
        storage_driver=raw.driver,
        containerd_store=any("io.containerd.snapshotter" in " ".join(pair) for pair in raw.driver_status or ()),
        root=raw.docker_root_dir,
        cores=raw.n_cpu,
        memory=raw.mem_total,
        os=raw.operating_system,
        architecture=raw.architecture,
        warnings=tuple(w for w in raw.warnings or () if w),
    )


def _engine() -> EngineInfo:
    done = run(docker.info(), timeout=QUESTION_SECONDS, check=False)
    if done.returncode != 0 and done.stderr.strip():
        raise EngineError(done.stderr.strip().splitlines()[-1])
    return parse_info(done.stdout)


def _line(argv: tuple[str, ...]) -> str:
    return run(argv, timeout=QUESTION_SECONDS).stdout.strip()

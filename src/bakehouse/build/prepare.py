"""Dockerfiles as the engine gets them: an altered copy where the plan needs one, with its ignore file beside it.

A copy is needed to bring the host's CA to every RUN, to drop a frontend that cannot be pulled, to give an argument
a value of its own on each platform, and to keep
the state directory out of a context that contains it (the history would else change `COPY . .` every time).
Copies are named by their content and are never changed, so a printed bake definition stays usable.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

from bakehouse.build import ca
from bakehouse.build.reading import Reading
from bakehouse.dockerfile.injection import inject
from bakehouse.dockerfile.parser import parse
from bakehouse.dockerfile.platform_args import Values
from bakehouse.dockerfile.syntax import Dockerfile
from bakehouse.model.plan import Plan


@dataclass(frozen=True, slots=True)
class Prepared:
    """`path` of the copy (None: the file is used as it is), its line map, and whether the CA was injected."""

    path: Path | None
    line_map: tuple[int, ...]
    injected: bool = False


def prepare(
    reading: Reading, *, state: Path, inject_ca: bool, drop_syntax: bool, platform_args: Values | None = None
) -> Prepared:
    """The Dockerfile of a reading, altered as asked; written below `state`/dockerfiles."""
    has_run = any(i.name == "RUN" for i in reading.tree.instructions)
    injecting = inject_ca and has_run
    inside = state.is_relative_to(reading.context)
    if not (injecting or (drop_syntax and reading.syntax) or inside or platform_args):
        return Prepared(None, ())
    changed = inject(
        reading.tree,
        run_flags=ca.RUN_FLAGS if injecting else (),
        stage_args=ca.STAGE_ARGS if injecting else {},
        drop_syntax=drop_syntax,
        platform_args=platform_args or {},
    )
    ignore = _ignore(reading, state if inside else None)
    name = hashlib.sha256(changed.data + b"\0" + (ignore or b"")).hexdigest()[:20]
    path = state / "dockerfiles" / name / "Dockerfile"
    _write(path, changed.data)
    if ignore is not None:
        _write(path.with_name("Dockerfile.dockerignore"), ignore)
    return Prepared(path, changed.line_map, injecting)


def trees(plan: Plan) -> dict[str, Dockerfile]:
    """The parsed Dockerfiles of the targets that are to be built, by target id."""
    return {t.id: parse(t.dockerfile.read_bytes(), str(t.dockerfile)) for t in plan.to_build}


def _ignore(reading: Reading, state: Path | None) -> bytes | None:
    """What the ignore file of the copy must say; None where BuildKit finds the right one by itself."""
    own = reading.path.with_name(reading.path.name + ".dockerignore")
    common = reading.context / ".dockerignore"
    source = next((p for p in (own, common) if p.is_file()), None)
    data = source.read_bytes() if source else b""
    if state is None:
        return data if source == own else None
    return data.rstrip(b"\n") + b"\n" + state.relative_to(reading.context).as_posix().encode() + b"\n"


def _write(path: Path, data: bytes) -> None:
    if path.is_file():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f"{path.name}.{os.getpid()}")
    temporary.write_bytes(data)
    temporary.replace(path)

"""Names: which files are Dockerfiles, compose files or neither; what a service is called; what its stages are for."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from enum import Enum
from functools import lru_cache
from pathlib import PurePosixPath

_COMPOSE = re.compile(r"(?:docker-)?compose(?:[.-][\w.-]+)?\.ya?ml")
_OLD = frozenset({"legacy", "bak", "old", "orig", "backup", "disabled", "save", "swp"})
_TEMPLATES = frozenset({"j2", "jinja", "jinja2", "template", "tmpl", "tpl", "in", "erb", "mustache", "hbs", "ejs"})
_NOT_DOCKERFILES = frozenset({
    "dockerignore", "md", "txt", "rst", "html", "py", "sh", "js", "ts", "go", "rb", "rs", "java", "c", "h", "json",
    "yml", "yaml", "toml", "log", "lock", "png", "svg", "vim", "tmlanguage", "snap", "sample",
})  # fmt: skip
_GENERIC = frozenset({"docker", ".docker", "dockerfiles", "build", "deploy", ".deploy", "container", "src", "app"})
_PROD = ("prod", "production", "release", "runtime", "final")
_DEV = ("dev", "development")


class FileRole(Enum):
    """What a file name promises."""

    DOCKERFILE = "dockerfile"
    OLD = "an earlier version"
    TEMPLATE = "a template"
    COMPOSE = "compose"
    OTHER = "other"


@lru_cache(maxsize=16384)
def role(name: str) -> FileRole:
    """What the file is by its name alone."""
    lower = name.lower()
    if _COMPOSE.fullmatch(lower):
        return FileRole.COMPOSE
    suffix = _suffix(name)
    if suffix is None:
        return FileRole.OTHER
    parts = suffix.lower().split(".")
    last = parts[-1].rstrip("~")
    if last in _OLD or lower.endswith("~") or any(p in _OLD for p in parts):
        return FileRole.OLD
    if last in _TEMPLATES:
        return FileRole.TEMPLATE
    return FileRole.OTHER if last in _NOT_DOCKERFILES else FileRole.DOCKERFILE


def _suffix(name: str) -> str | None:
    """`Dockerfile` → "", `Dockerfile.x`, `Dockerfile-x` and `x.Dockerfile` → "x", any other name → None."""
    found = re.fullmatch(r"(?:Dockerfile|Containerfile)(?:[._-](.+))?|(.+)\.(?:dockerfile|containerfile)~?", name, re.I)
    if not found or (found[1] is None and name[:1] not in "DdCc" and not found[2]):
        return None
    return found[1] or found[2] or ""


def service_name(dockerfile: str, workspace: str) -> str:
    """What to call a service that no compose file names.

    `api/Dockerfile` → api, `api/Dockerfile.query` → api-query, `docker/api.Dockerfile` → api.
    """
    path = PurePosixPath(dockerfile)
    parents = [p for p in path.parts[:-1] if p.lower() not in _GENERIC]
    directory = parents[-1] if parents else (path.parts[-2] if len(path.parts) > 1 else workspace)
    if not parents and len(path.parts) > 1:
        directory = workspace
    suffix = _suffix(path.name) or ""
    if suffix and re.search(r"\.(?:dockerfile|containerfile)$", path.name, re.IGNORECASE):
        return clean(suffix)
    return clean(f"{directory}-{suffix}" if suffix else directory)


def clean(text: str) -> str:
    """A name fit for image references and bake targets: `My API` → my-api."""
    return re.sub(r"[^a-z0-9_]+", "-", text.lower()).strip("-_") or "service"


def find_variants(stages: Sequence[str], target: str | None) -> dict[str, str]:
    """Stage names → which stage is prod, dev, gpu, ... of the service whose plain target is `target`.

    Stages belong together when they differ only in such words: `query-prod`, `query-dev`, `query-prod-gpu`.
    """
    stem = _classify(target)[1] if target else ()
    ranked: dict[str, tuple[int, str]] = {}
    for index, stage in enumerate(stages):
        variant, rest, rank = _classify_ranked(stage)
        if variant is None or rest != stem or stage.isdigit():
            continue
        if not target and rank >= 2 and index != len(stages) - 1:
            continue  # a `runtime` in the middle of a file is a step on the way, not what is shipped
        if variant not in ranked or rank < ranked[variant][0]:
            ranked[variant] = (rank, stage)
    variants = {name: stage for name, (_, stage) in ranked.items()}
    if target and "prod" not in variants and _classify(target)[0] in (None, "prod"):
        variants["prod"] = target
    return dict(sorted(variants.items()))


def _classify(stage: str) -> tuple[str | None, tuple[str, ...]]:
    variant, rest, _ = _classify_ranked(stage)
    return variant, rest


def _classify_ranked(stage: str) -> tuple[str | None, tuple[str, ...], int]:
    """(variant, the other words of the name, rank: 0 is the plainest word)."""
    words = [w for w in re.split(r"[-_.]+", stage.lower()) if w]
    prod = [w for w in words if w in _PROD]
    dev = [w for w in words if w in _DEV]
    gpu = [w for w in words if w in ("gpu", "cuda")]
    rest = tuple(w for w in words if w not in (*prod, *dev, *gpu))
    if dev:
        return ("dev-gpu" if gpu else "dev"), rest, _DEV.index(dev[0])
    if gpu:
        return "gpu", rest, _PROD.index(prod[0]) if prod else 0
    return ("prod" if prod else None), rest, _PROD.index(prod[0]) if prod else 0


def merged_variants(found: Mapping[str, str], configured: Mapping[str, str]) -> dict[str, str]:
    """What was found, corrected by bakehouse.toml."""
    return dict(sorted({**found, **configured}.items()))

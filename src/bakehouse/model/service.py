"""What a repository is made of: services, shared libraries, and where each was found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path


class Kind(StrEnum):
    """What a service is; it decides defaults and templates, never whether it is built."""

    NODE_API = "node-api"
    FRONTEND = "frontend"
    PYTHON = "python-service"
    PYTHON_AI = "python-ai"
    DATA = "data-pipeline"
    INFRASTRUCTURE = "infrastructure"
    GO = "go"
    RUST = "rust"
    JAVA = "java"
    STATIC = "static-site"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """One place that told us of a service: `what` is dockerfile, compose, package.json, bakehouse.toml, ..."""

    what: str
    path: str
    line: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """Something the user should know that stops nothing: level is info or warning."""

    message: str
    level: str = "warning"
    path: str | None = None
    line: int | None = None
    hint: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """One thing that becomes one image (per variant).

    Paths are POSIX and relative to the workspace root ("." is the root). `dockerfile` is None where only a
    manifest was found: such a service is listed, not built. `variants` maps dev, prod, gpu, ... to the stage
    built for it; `target` is the stage a plain build takes (None: the last stage). `stages` are the names
    (or indices) of all stages, `bases` the image references that the stages start from, after expansion of
    ARG defaults. `depends_on` are the services that must run before this one (compose), not build edges.
    `platform_args` are build arguments by platform, which go over `args`.
    An `optional` service is skipped, not blocked, where its base image cannot be had.
    """

    name: str
    kind: Kind
    context: str
    dockerfile: str | None
    target: str | None = None
    variants: Mapping[str, str] = field(default_factory=dict)
    stages: tuple[str, ...] = ()
    bases: tuple[str, ...] = ()
    args: Mapping[str, str] = field(default_factory=dict)
    platform_args: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    contexts: Mapping[str, str] = field(default_factory=dict)
    platforms: tuple[str, ...] = ()
    image: str | None = None
    depends_on: tuple[str, ...] = ()
    ignore_file: str | None = None
    skip: str | None = None
    optional: bool = False
    origins: tuple[Origin, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Library:
    """A shared directory with its own manifest that services take files from. `path` is workspace-relative."""

    name: str
    path: str
    ecosystem: str
    used_by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Workspace:
    """Everything `scan` found below `root`."""

    root: Path
    name: str
    services: tuple[Service, ...]
    libraries: tuple[Library, ...] = ()
    compose_files: tuple[str, ...] = ()
    notices: tuple[Notice, ...] = ()
    config_file: str | None = None

    def service(self, name: str) -> Service | None:
        """The service of that name, or None."""
        return next((s for s in self.services if s.name == name), None)

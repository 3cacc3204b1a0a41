"""The tables of bakehouse.toml as frozen structs. An unknown key is refused; sizes are bytes, ages days."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated

import msgspec

from bakehouse.errors import ConfigError
from bakehouse.model.service import Kind

_SIZE_UNITS = {"": 1, "b": 1} | {
    name: base**power
    for power, letter in enumerate("kmgt", start=1)
    for base, names in ((1000, (letter, f"{letter}b")), (1024, (f"{letter}i", f"{letter}ib")))
    for name in names
}
_SIZE = re.compile(r"\s*(\d+(?:\.\d+)?)\s*([a-z]*)\s*", re.IGNORECASE)


class Section(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Common to all tables of bakehouse.toml."""


class WorkspaceSection(Section, frozen=True, kw_only=True):
    """[workspace]: `exclude` are globs, relative to the root, of paths that scan does not look at."""

    name: str = ""
    exclude: tuple[str, ...] = ()


class BuildSection(Section, frozen=True, kw_only=True):
    """[build]: `concurrency` 0 lets Bakehouse choose; `ca` is auto, off, or the path of a CA bundle."""

    variant: str = "prod"
    platforms: tuple[str, ...] = ()
    concurrency: Annotated[int, msgspec.Meta(ge=0)] = 0
    keep_going: bool = True
    ca: str = "auto"


class RegistrySection(Section, frozen=True, kw_only=True):
    """[registry]: where images go; an empty `namespace` means the workspace's name."""

    url: str = "localhost:5000"
    namespace: str = ""
    push: bool = False


class CacheSection(Section, frozen=True, kw_only=True):
    """[cache]: where BuildKit's cache is kept between machines, what of it, and for how long.

    `ref` is a registry reference, a directory, the prefix in a bucket (s3) or a scope (gha). `mode` auto decides
    between min and max from measured builds. `share` lets services with the same dependency layers read each
    other's caches. `warm` are the services that `bakehouse cache warm` builds. Retention is by age and by size.
    """

    backend: Annotated[str, msgspec.Meta(pattern="^(none|registry|local|inline|gha|s3)$")] = "none"
    ref: str = ""
    mode: Annotated[str, msgspec.Meta(pattern="^(auto|min|max)$")] = "auto"
    share: bool = True
    warm: tuple[str, ...] = ()
    bucket: str = ""
    region: str = ""
    endpoint: str = ""
    keep_days: Annotated[int, msgspec.Meta(ge=0)] = 30
    max_size: str = "10GB"

    @property
    def max_bytes(self) -> int:
        """`max_size` in bytes."""
        return parse_size(self.max_size)


class ReuseSection(Section, frozen=True, kw_only=True):
    """[reuse]: whether an image of the same identity is taken instead of built, and how old it may be (0: any age)."""

    enabled: bool = True
    max_age_days: Annotated[float, msgspec.Meta(ge=0)] = 7.0


class BasesSection(Section, frozen=True, kw_only=True):
    """[bases]: substitutes for base images that cannot be pulled; `map` is original = replacement."""

    substitute: Annotated[str, msgspec.Meta(pattern="^(auto|never)$")] = "auto"
    registry: str = "localhost:5000"
    map: dict[str, str] = {}


class BuilderSection(Section, frozen=True, kw_only=True):
    """[builder]: the buildx builder; an empty `name` means the current one.

    `nodes` are the names of several builders among which the calls of one run are spread; it goes before `name`.
    `capacity` says how many calls a builder takes at once: name = number (default: two for each core of this machine).
    """

    name: str = ""
    nodes: tuple[str, ...] = ()
    capacity: dict[str, Annotated[int, msgspec.Meta(ge=1)]] = {}
    driver: Annotated[str, msgspec.Meta(pattern="^(docker|docker-container|remote|kubernetes)$")] = "docker"


class LintSection(Section, frozen=True, kw_only=True):
    """[lint]: which rules speak. Entries of the lists are rule names, groups, aliases (DL3008) or `all`.

    `select` replaces the default set, `extend_select` adds to it, `ignore` takes out. `severity` maps a rule to
    error, warning, info or style. `per_file_ignores` maps path globs to entries. Findings at `fail_on` or worse
    make the exit code 1. `trusted_registries` empty means that every registry is. `baseline` is the file with
    the findings that are held back. `shellcheck`: auto runs it on RUN where it is installed. `as_of` is the day
    (YYYY-MM-DD) with which ends of support are compared, so that a result does not change overnight; absent: today.
    """

    select: tuple[str, ...] = ()
    extend_select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    severity: dict[str, Annotated[str, msgspec.Meta(pattern="^(error|warning|info|style)$")]] = {}
    per_file_ignores: dict[str, tuple[str, ...]] = {}
    fail_on: Annotated[str, msgspec.Meta(pattern="^(error|warning|info|style|never)$")] = "warning"
    trusted_registries: tuple[str, ...] = ()
    required_labels: tuple[str, ...] = ()
    baseline: str = ".bakehouse-baseline.json"
    shellcheck: Annotated[str, msgspec.Meta(pattern="^(auto|off)$")] = "off"
    as_of: date | None = None


class ServiceSection(Section, frozen=True, kw_only=True):
    """[services.NAME]: corrects what scan found, or adds a service. Paths are relative to the root.

    An `optional` service is skipped where its base image cannot be had; without it, it is blocked. `platform_args` are
    build arguments by platform ("linux/arm64"), which go over `args`.
    """

    context: str | None = None
    dockerfile: str | None = None
    target: str | None = None
    kind: Kind | None = None
    variants: dict[str, str] = {}
    args: dict[str, str] = {}
    platform_args: dict[str, dict[str, str]] = {}
    contexts: dict[str, str] = {}
    skip: str | None = None
    optional: bool = False
    platforms: tuple[str, ...] = ()


class Document(Section, frozen=True, kw_only=True):
    """The whole of bakehouse.toml."""

    workspace: WorkspaceSection = WorkspaceSection()
    build: BuildSection = BuildSection()
    registry: RegistrySection = RegistrySection()
    cache: CacheSection = CacheSection()
    reuse: ReuseSection = ReuseSection()
    bases: BasesSection = BasesSection()
    builder: BuilderSection = BuilderSection()
    lint: LintSection = LintSection()
    services: dict[str, ServiceSection] = {}


class Config(Document, frozen=True, kw_only=True):
    """What holds for this run. `file` is bakehouse.toml relative to the root, None where there is none.

    `service_lines` says in which line of the file [services.NAME] begins.
    """

    file: str | None = None
    service_lines: dict[str, int] = {}


SECTIONS: dict[str, type[Section]] = {
    "workspace": WorkspaceSection,
    "build": BuildSection,
    "registry": RegistrySection,
    "cache": CacheSection,
    "reuse": ReuseSection,
    "bases": BasesSection,
    "builder": BuilderSection,
    "lint": LintSection,
}


def parse_size(text: str) -> int:
    """`10GB` (decimal), `512MiB` (binary), `4096` (bytes) → bytes. Raises ConfigError."""
    found = _SIZE.fullmatch(text)
    if not found or found[2].lower() not in _SIZE_UNITS:
        raise ConfigError(f"not a size: {text!r}", hint="write a number and a unit, e.g. 10GB, 512MiB")
    return int(float(found[1]) * _SIZE_UNITS[found[2].lower()])

"""What each version of buildx and BuildKit lacks, as data: one row a feature, with the first version that has it."""

from __future__ import annotations

import re
from dataclasses import dataclass

Version = tuple[int, int, int]

MINIMUM_BUILDX: Version = (0, 13, 0)


@dataclass(frozen=True, slots=True)
class Gate:
    """A feature of `tool` (buildx, buildkit) that begins with version `since`; `instead` is what we do without it."""

    tool: str
    since: Version
    feature: str
    instead: str


GATES: tuple[Gate, ...] = (
    Gate("buildx", (0, 14, 0), "provenance in the metadata file", "lines are mapped by our own parser"),
    Gate("buildx", (0, 15, 0), "progress as one JSON object a line", "the decoder reads the indented form too"),
    Gate("buildx", (0, 16, 0), "warnings in the metadata file", "warnings are read from the progress stream"),
    Gate("buildx", (0, 17, 0), "--allow, and local contexts shared by targets", "each target sends its own context"),
    Gate("buildx", (0, 17, 1), "network mode in bake files", "network mode cannot be set per target"),
    Gate("buildx", (0, 18, 0), "prune --max-used-space", "prune --keep-storage"),
    Gate("buildx", (0, 19, 0), "file system entitlements", "none are asked for"),
    Gate("buildx", (0, 20, 0), "buildx history", "our own history in .bakehouse"),
    Gate("buildx", (0, 21, 0), "the present cache service of GitHub Actions (gha)", "the registry as cache"),
    Gate("buildx", (0, 23, 0), "platforms of compose files in bake", "bakehouse reads them itself"),
    Gate("buildx", (0, 28, 0), "du as JSON", "the engine's own API"),
    Gate("buildkit", (0, 17, 0), "maxUsedSpace in buildkitd.toml", "keepBytes"),
    Gate("buildkit", (0, 20, 0), "the present cache service of GitHub Actions (gha)", "the registry as cache"),
    Gate("buildkit", (0, 31, 0), "build metrics for Prometheus, memory of each step", "our own metrics"),
)


def parse_version(text: str) -> Version | None:
    """The first x.y or x.y.z in `text`; None where there is none, or where it is a placeholder (v0.0.0+unknown)."""
    found = re.search(r"(?<![\d.])v?(\d+)\.(\d+)(?:\.(\d+))?", text)
    if not found or "unknown" in text:
        return None
    return int(found[1]), int(found[2]), int(found[3] or 0)


def lacking(tool: str, version: Version) -> tuple[Gate, ...]:
    """What `tool` in `version` does not have yet."""
    return tuple(g for g in GATES if g.tool == tool and version < g.since)

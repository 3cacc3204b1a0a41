"""Platforms of a fleet: how each would be built, what emulation costs, and whether built images run."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class How(StrEnum):
    """How a platform is built on the builders there are."""

    NATIVE = "native"
    EMULATED = "emulated"
    IMPOSSIBLE = "impossible"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlatformPlan:
    """A platform that some targets ask for. `builders` are those that do it in this way."""

    platform: str
    how: How
    builders: tuple[str, ...]
    targets: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StageCost:
    """What the steps of a stage took under emulation and natively (medians of recorded runs, seconds; None: never)."""

    target: str
    stage: str
    platform: str
    emulated: float
    native: float | None

    @property
    def factor(self) -> float | None:
        """How many times as long as natively."""
        return self.emulated / self.native if self.native else None


@dataclass(frozen=True, slots=True, kw_only=True)
class CrossCompile:
    """Advice: build a stage on the builder's own platform. `file`, `line`: its FROM; `template`: what to write."""

    target: str
    stage: str
    file: str
    line: int
    saves: float
    reason: str
    template: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlatformReport:
    """All of it for one workspace."""

    platforms: tuple[PlatformPlan, ...]
    costs: tuple[StageCost, ...]
    advice: tuple[CrossCompile, ...]


class Ran(StrEnum):
    """What became of an image that was run."""

    OK = "ok"
    FAILED = "failed"
    MISSING = "missing"  # no image of this platform is there
    UNABLE = "unable"  # this machine neither runs nor emulates the platform


@dataclass(frozen=True, slots=True, kw_only=True)
class CompatibilityRun:
    """One image of one platform, run. `said` is why it failed, with the end of its log; `seconds` until then."""

    target: str
    platform: str
    image: str
    result: Ran
    said: str = ""
    seconds: float = 0.0

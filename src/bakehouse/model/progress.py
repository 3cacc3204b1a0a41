"""The one event stream: what an engine says while it runs a plan. Times are Unix seconds (float)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class StepKind(StrEnum):
    """What a BuildKit vertex does, read from its name (build/wire.py)."""

    RUN = "run"
    COPY = "copy"
    ADD = "add"
    WORKDIR = "workdir"
    FROM = "from"
    CONTEXT = "context"  # local sources: context, Dockerfile, ignore file
    EXPORT = "export"  # image, layers, manifests, push
    CACHE_IMPORT = "cache-import"
    CACHE_EXPORT = "cache-export"
    INTERNAL = "internal"
    OTHER = "other"

    @property
    def is_instruction(self) -> bool:
        """True for the steps a Dockerfile's author wrote and that do work: they count in cache ratios."""
        return self in (StepKind.RUN, StepKind.COPY, StepKind.ADD, StepKind.WORKDIR)


@dataclass(frozen=True, slots=True, kw_only=True)
class StepName:
    """A vertex's name, taken apart. `target` is the bake target, None where the stream names none."""

    raw: str
    kind: StepKind
    target: str | None = None
    platform: str | None = None
    stage: str | None = None
    index: int | None = None
    total: int | None = None
    instruction: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StepEvent:
    """A vertex as BuildKit reports it at this moment; the same vertex is reported many times.

    `batch` numbers the engine call (bake invocation) within the run: digests are unique only inside one.
    A vertex may start and complete several times; each report stands for one interval.
    """

    batch: int
    vertex: str
    name: StepName
    inputs: tuple[str, ...] = ()
    started: float | None = None
    completed: float | None = None
    cached: bool = False
    error: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferEvent:
    """Progress inside a vertex: bytes (or items) of something moved. `total` is 0 where it is unknown."""

    batch: int
    vertex: str
    id: str
    label: str
    current: int
    total: int
    started: float | None = None
    completed: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LogEvent:
    """Output of a step. `stream` is 1 (stdout) or 2 (stderr); `data` is raw and hostile: never print as is."""

    batch: int
    vertex: str
    stream: int
    data: bytes
    at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class WarningEvent:
    """A warning of BuildKit's own checks. `lines` are 1-based line ranges of the Dockerfile."""

    batch: int
    vertex: str
    short: str
    detail: str = ""
    url: str | None = None
    lines: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchEvent:
    """An engine call begins or ends. `error` is the text the client wrote outside the JSON stream."""

    batch: int
    targets: tuple[str, ...]
    at: float
    finished: bool
    returncode: int | None = None
    error: str = ""


class TargetState(StrEnum):
    """Where a target is."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    BLOCKED = "blocked"
    SKIPPED = "skipped"
    CANCELED = "canceled"
    REUSED = "reused"


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetEvent:
    """A target changed its state. Digest and size (bytes, as the engine's store reports it) once known.

    `peak_memory` (bytes) is the most that one of its steps was seen to use, None where nobody can see it.
    """

    target: str
    state: TargetState
    at: float
    digest: str | None = None
    image_bytes: int | None = None
    peak_memory: int | None = None
    message: str = ""


Progress = StepEvent | TransferEvent | LogEvent | WarningEvent | BatchEvent | TargetEvent

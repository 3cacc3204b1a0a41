"""What happened: runs, targets and steps as they are kept in the history. Times are Unix seconds (float)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from bakehouse.model.progress import StepKind, TargetState


class RunStatus(StrEnum):
    """How a run ended; RUNNING in the history of a process that is gone means it was killed."""

    RUNNING = "running"
    OK = "ok"
    FAILED = "failed"
    INTERRUPTED = "interrupted"


class Outcome(StrEnum):
    """What became of a step."""

    EXECUTED = "executed"
    CACHED = "cached"
    DEDUPLICATED = "deduplicated"  # another target of the same run executed it; this one only waited
    FAILED = "failed"
    CANCELED = "canceled"  # collateral: stopped because another step failed, or by the user
    UNFINISHED = "unfinished"  # the stream ended before the step did


@dataclass(frozen=True, slots=True, kw_only=True)
class StepRecord:
    """One step of one target in one run.

    `(target, platform, stage, index, total, instruction)` is the key that survives digest changes.
    `seconds` is the length of the union of the intervals in which the vertex ran (a vertex restarts);
    `queue_seconds` the time between the end of its last input and its own start; `started`/`completed` are
    None where it never ran. A deduplicated step has 0 `seconds`; its `started`/`completed` say how long its
    target waited for it. `lines` is the 1-based line range in the Dockerfile, None where unknown.
    `vertex` is unique only inside one run's batch; `inputs` are vertices of the same target.
    """

    target: str
    platform: str
    stage: str
    index: int
    total: int
    instruction: str
    kind: StepKind
    outcome: Outcome
    batch: int
    vertex: str
    inputs: tuple[str, ...] = ()
    started: float | None = None
    completed: float | None = None
    seconds: float = 0.0
    queue_seconds: float = 0.0
    transferred_bytes: int = 0
    concurrency: float = 0.0
    lines: tuple[int, int] | None = None
    error: str | None = None
    log_tail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetRecord:
    """One target in one run. Counts are of instruction steps (StepKind.is_instruction) only.

    `identity` is the digest of everything that could change the image, as it was when the run began. `peak_memory` is
    the most bytes that one of its steps was seen to use, None where nobody could see it.
    """

    id: str
    service: str
    variant: str
    platform: str
    state: TargetState
    started: float | None = None
    completed: float | None = None
    executed: int = 0
    cached: int = 0
    deduplicated: int = 0
    failed: int = 0
    canceled: int = 0
    digest: str | None = None
    image_bytes: int | None = None
    context_bytes: int = 0
    dockerfile: str = ""
    message: str = ""
    identity: str | None = None
    peak_memory: int | None = None

    @property
    def seconds(self) -> float:
        """Wall time from its first step's start to its last step's end."""
        if self.started is None or self.completed is None:
            return 0.0
        return max(0.0, self.completed - self.started)


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildRecord:
    """One run of `bakehouse build`."""

    run_id: str
    workspace: str
    command: tuple[str, ...]
    started: float
    completed: float | None
    status: RunStatus
    variant: str = "prod"
    builder: str = ""
    engine: str = ""
    host: str = ""
    cores: int = 0
    git_revision: str | None = None
    git_dirty: bool | None = None
    message: str = ""
    targets: tuple[TargetRecord, ...] = ()
    steps: tuple[StepRecord, ...] = ()
    notices: tuple[str, ...] = ()

    @property
    def seconds(self) -> float:
        """Wall time of the run; 0 while it runs."""
        return 0.0 if self.completed is None else self.completed - self.started

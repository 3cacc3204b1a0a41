"""Why a service must be built, and why BuildKit executed the steps that it did."""

from __future__ import annotations

from dataclasses import dataclass

from bakehouse.model.identity import Change, Identity
from bakehouse.model.record import StepRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class StepCause:
    """Why a step was executed: in words, with the changed ingredients that it looks at."""

    step: StepRecord
    cause: str
    changes: tuple[Change, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Why:
    """What changed for a target since a run or a revision (`since`, empty where there is nothing to compare with).

    `changes` empty means that its identity is the same. `run` is the run whose executed steps are explained, empty
    where none is recorded; `steps` are those steps in order.
    """

    service: str
    identity: Identity
    since: str
    changes: tuple[Change, ...]
    run: str = ""
    steps: tuple[StepCause, ...] = ()

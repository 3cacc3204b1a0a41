"""Why steps were executed: the steps of a target in one run and what changed since the run before go in, causes out.

What BuildKit's cache looks at is told by the change nearest to the step: its instruction, a file it takes, a step
above it in its stage, a stage it copies from, the base. Where nothing changed, the result was not in the cache.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from bakehouse.model.identity import Change, ChangeKind, IngredientKind
from bakehouse.model.record import Outcome, StepRecord
from bakehouse.model.why import StepCause

_EXECUTED = (Outcome.EXECUTED, Outcome.FAILED)
_ABOVE = (IngredientKind.ARG, IngredientKind.SETTING, IngredientKind.PLATFORM, IngredientKind.SECRET)
_FROM = re.compile(r"(?:--from=|\bfrom=)([^\s,]+)")
NOT_CACHED = (
    "nothing that it looks at changed: its result was not in the builder's cache (first build there, or pruned)"
)


def causes(steps: Iterable[StepRecord], changes: Sequence[Change], *, known: bool = True) -> tuple[StepCause, ...]:
    """A cause for each executed instruction step of one target, in the order of the steps.

    `changes` are the ingredients that differ from the run before; `known` is False where there is no such run.
    """
    found: list[StepCause] = []
    executed: dict[str, StepRecord] = {}  # stage -> its last executed step
    for step in sorted(steps, key=lambda s: s.index):
        if not step.kind.is_instruction or step.outcome not in _EXECUTED:
            continue
        if known:
            cause, looked_at = _cause(step, changes, executed)
        else:
            cause, looked_at = "no earlier run of it is recorded to compare with", ()
        executed[step.stage] = step
        found.append(StepCause(step=step, cause=cause, changes=looked_at))
    return tuple(found)


def _cause(
    step: StepRecord, changes: Sequence[Change], executed: dict[str, StepRecord]
) -> tuple[str, tuple[Change, ...]]:
    own = tuple(c for c in changes if c.kind is IngredientKind.INSTRUCTION and _stands_at(c, step))
    if own:
        new = own[0].how is ChangeKind.ADDED
        return "the instruction is new" if new else "the instruction changed", own
    files = tuple(c for c in changes if c.kind is IngredientKind.FILE and _stands_at(c, step))
    if files:
        more = f" and {len(files) - 1} more" if len(files) > 1 else ""
        return f"it takes {files[0].name}{more}, which {_did(files[0])}", files
    above = executed.get(step.stage)
    if above is not None:
        return f"it follows step {above.index} of its stage, which was executed", ()
    origin = _FROM.search(step.instruction)
    if origin is not None and (lender := executed.get(origin[1])) is not None:
        return f"it takes files from stage {lender.stage}, which was executed in part", ()
    bases = tuple(c for c in changes if c.kind in (IngredientKind.BASE, IngredientKind.TARGET))
    if bases:
        return f"the image {bases[0].name} is another one", bases
    context = tuple(c for c in changes if c.kind in _ABOVE)
    if context:
        return f"{context[0].kind} {context[0].name} {_did(context[0])}", context
    near = tuple(c for c in changes if c.kind is IngredientKind.INSTRUCTION)
    if near:
        return "an instruction above it changed", near
    return NOT_CACHED, ()


def _stands_at(change: Change, step: StepRecord) -> bool:
    """Whether a change belongs to the lines of a step."""
    line = change.place.rpartition(":")[2]
    return step.lines is not None and line.isdigit() and step.lines[0] <= int(line) <= step.lines[1]


def _did(change: Change) -> str:
    return {ChangeKind.ADDED: "is new", ChangeKind.REMOVED: "is gone"}.get(change.how, "changed")

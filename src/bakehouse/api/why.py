"""Why a service must be built: what differs from a run or a revision, and what it did to the steps of the last run."""

from __future__ import annotations

from pathlib import Path

from bakehouse import api
from bakehouse.api.affected import affected_since
from bakehouse.api.identity import identify_plan
from bakehouse.build import names
from bakehouse.build.request import PlanRequest
from bakehouse.errors import HistoryError, UsageError
from bakehouse.history.store import Store
from bakehouse.insight.why import causes
from bakehouse.model.identity import Change, Ingredient, compare
from bakehouse.model.record import BuildRecord
from bakehouse.model.why import StepCause, Why


def why(root: Path, request: PlanRequest, since: str | None = None) -> Why:
    """What changed for the one service of `request` since a run (id, its beginning, latest) or a revision of git.

    By default since the last run that made its image. Raises UsageError for an unknown service and for what is
    neither run nor revision, HistoryError for a run that does not know what the service was made of.
    """
    (service,) = request.services
    plan = api.draft(root, request)
    target = names.target_id(service, plan.variant)
    identity = identify_plan(plan, offline=request.offline).get(target)
    if identity is None:
        raise UsageError(f"{service} is not built here", hint="`bakehouse plan` says why")
    with api.history(root) as store:
        run = store.last_run_of(target) if since is None else _run(store, since)
        if run is not None:
            told, changes = run.run_id, compare(_made_of(store, run, target), identity.ingredients)
        else:
            told, changes = since or "", _since_revision(root, since, request) if since else ()
        last, steps = _last_steps(store, target)
    return Why(service=service, identity=identity, since=told, changes=changes, run=last, steps=steps)


def _run(store: Store, name: str) -> BuildRecord | None:
    """The run of that name, or None where none has it: then it is a revision."""
    try:
        return store.load(name)
    except HistoryError:
        return None


def _since_revision(root: Path, revision: str, request: PlanRequest) -> tuple[Change, ...]:
    return tuple(change for found in affected_since(root, revision, request) for change in found.changes)


def _made_of(store: Store, run: BuildRecord, target: str) -> tuple[Ingredient, ...]:
    """What a run says that a target was made of. Raises HistoryError."""
    found = next((t for t in run.targets if t.id == target), None)
    if found is None:
        raise HistoryError(
            f"{target} was not part of run {run.run_id}", hint="leave out --since, or take a run of `bakehouse history`"
        )
    made = store.ingredients(found.identity) if found.identity else None
    if made is None:
        raise HistoryError(
            f"run {run.run_id} does not know what {target} was made of", hint="compare with a later run or a revision"
        )
    return made


def _last_steps(store: Store, target: str) -> tuple[str, tuple[StepCause, ...]]:
    """The last run in which the target took part, and why its steps were executed there."""
    last = store.last_run_of(target)
    if last is None:
        return "", ()
    before = store.last_run_of(target, before=last.started)
    changes: tuple[Change, ...] = ()
    known = before is not None
    if before is not None:
        try:
            changes = compare(_made_of(store, before, target), _made_of(store, last, target))
        except HistoryError:
            known = False
    return last.run_id, causes((s for s in last.steps if s.target == target), changes, known=known)

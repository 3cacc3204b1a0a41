"""Identities of planned targets and of services at a revision; what is affected; why a service must be built."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from bakehouse import api
from bakehouse.api import revisions
from bakehouse.api.affected import DEMANDS, SCANS, former_config, side_of
from bakehouse.build.identity import images, kept
from bakehouse.build.identity.affected import Side
from bakehouse.build.identity.content_digests import ContentDigests
from bakehouse.build.identity.identify import Identifier, wanted_images
from bakehouse.build.identity.machine import on_this_machine, with_client
from bakehouse.build.identity.reading import Demands
from bakehouse.build.identity.subject import Subject, of_target
from bakehouse.build.request import PlanRequest
from bakehouse.errors import DockerfileError
from bakehouse.model.identity import Identity
from bakehouse.model.plan import Plan, Verdict
from bakehouse.tools import docker_client
from bakehouse.workspace.scan_memory import ScanMemory
from bakehouse.workspace.work_tree import WorkTree

DIGESTS = "digests.msgpack"
BLOBS = "blobs.msgpack"
BLOBS_FORMAT = "blobs 1"


def identify_plan(plan: Plan, *, offline: bool = False) -> dict[str, Identity]:
    """The identity of each target of a plan as the work tree is now, by target id; skipped targets have none.

    Bases are asked of their registries at most once an hour; `offline` takes the last known answers. Raises
    DockerfileError for a Dockerfile or an ignore file that BuildKit refuses.
    """
    state = api.state_directory(plan.root)
    subjects = {t.id: with_client(of_target(plan, t)) for t in plan.targets if t.verdict is not Verdict.SKIPPED}
    digests = ContentDigests(plan.root, state / DIGESTS)
    files = WorkTree(plan.root, digests)
    demands = Demands(state / DEMANDS)
    demanded = {target: demands.of(subject, files) for target, subject in subjects.items()}
    known = images.facts(wanted_images(subjects.values(), demanded), state=state, offline=offline)
    identifier = Identifier(
        files=files,
        subjects=subjects,
        demands=demanded,
        images=known,
        state=api.STATE_DIRECTORY,
        outside=lambda directory: WorkTree(Path(directory)),
    )
    found = {target: identifier.identity(target) for target in subjects}
    digests.save()
    demands.save()
    if not docker_client.is_here(plan.builders or ((plan.builder,) if plan.builder else ())):
        found = {t: _doubtful(i, subjects[t]) for t, i in found.items()}
    return found


def identify_services(root: Path, request: PlanRequest) -> dict[str, Identity]:
    """The identities of the services that `request` chooses, and of those they are built from, in the work tree.

    Raises what a plan raises.
    """
    return identify_plan(api.draft(root, request), offline=request.offline)


def identify_at(root: Path, revision: str, request: PlanRequest) -> dict[str, Identity]:
    """The identities at a revision of git, read without a checkout, by target id.

    What depends on this machine and not on the revision is as a plan would have it now: substitutes of bases, the
    host's CA. Equal to `identify_plan` where the work tree is a clean checkout with the modes 0644 and 0755.
    Raises UsageError for an unknown revision or service.
    """
    state = api.state_directory(root)
    demands = Demands(state / DEMANDS)
    known = kept.load(state / BLOBS, BLOBS_FORMAT, dict[str, str]) or {}
    with revisions.at_revision(root, revision, known) as tree:
        settings = former_config(root, tree)
        workspace = ScanMemory(state / SCANS).scan(root, settings, tree)
        side = side_of(workspace, settings, tree, request, demands)
        chosen = _with_needs(side, request.services)
        for target in chosen:
            if target in side.failures:
                raise DockerfileError(side.failures[target], path=side.subjects[target].dockerfile)
        subjects = on_this_machine({t: side.subjects[t] for t in chosen}, side.demands, settings, request, state)
        demanded = {target: demands.of(subject, tree) for target, subject in subjects.items()}
        facts = images.facts(wanted_images(subjects.values(), demanded), state=state, offline=request.offline)
        identifier = Identifier(tree, subjects, demanded, facts, api.STATE_DIRECTORY)
        found = {target: identifier.identity(target) for target in subjects}
    kept.save(state / BLOBS, BLOBS_FORMAT, known)
    demands.save()
    return found


def _with_needs(side: Side, services: Sequence[str]) -> list[str]:
    """The targets of the services asked for (all by default), and those they are built from."""
    todo = [t for t, s in side.subjects.items() if not services or s.service in services]
    found: dict[str, None] = {}
    while todo:
        target = todo.pop(0)
        if target not in found and target in side.subjects:
            found[target] = None
            values = side.subjects[target].contexts.values()
            todo += [v.removeprefix("target:") for v in values if v.startswith("target:")]
    return list(found)


def _doubtful(identity: Identity, subject: Subject) -> Identity:
    """Another machine's platform is not known before a build, so a target that names none has no sure identity."""
    if subject.platforms:
        return identity
    reason = "the platform of the builder is not known: set platforms in [build] of bakehouse.toml, or --platform"
    return Identity(
        target=identity.target,
        digest=identity.digest,
        ingredients=identity.ingredients,
        unknowable=(*identity.unknowable, reason),
        pins=identity.pins,
        notes=identity.notes,
    )

"""Identities of planned targets and of services at a revision; what is affected; why a service must be built."""

from __future__ import annotations

import os
from pathlib import Path

from bakehouse import api
from bakehouse.build.identity import images
from bakehouse.build.identity.content_digests import ContentDigests
from bakehouse.build.identity.identify import Identifier, wanted_images
from bakehouse.build.identity.reading import Demands
from bakehouse.build.identity.subject import Subject, of_target
from bakehouse.model.identity import Identity
from bakehouse.model.plan import Plan, Verdict
from bakehouse.workspace.work_tree import WorkTree

DIGESTS = "digests.msgpack"
DEMANDS = "demands.msgpack"


def identify_plan(plan: Plan, *, offline: bool = False) -> dict[str, Identity]:
    """The identity of each target of a plan as the work tree is now, by target id; skipped targets have none.

    Bases are asked of their registries at most once an hour; `offline` takes the last known answers. Raises
    DockerfileError for a Dockerfile or an ignore file that BuildKit refuses.
    """
    state = api.state_directory(plan.root)
    subjects = {t.id: of_target(plan, t) for t in plan.targets if t.verdict is not Verdict.SKIPPED}
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
        outside=_outside,
    )
    found = {target: identifier.identity(target) for target in subjects}
    digests.save()
    demands.save()
    if not plan_is_local(plan):
        found = {t: _doubtful(i, subjects[t]) for t, i in found.items()}
    return found


def plan_is_local(plan: Plan) -> bool:
    """Whether the engine certainly has this machine's platform: no other builder is named, no other host is set."""
    host = os.environ.get("DOCKER_HOST", "")
    return plan.builder is None and not host.startswith(("tcp://", "ssh://", "http"))


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


def _outside(directory: str) -> WorkTree:
    """A named context elsewhere on this machine; its contents are hashed anew each time."""
    top = Path(directory)
    return WorkTree(top, ContentDigests(top, Path(os.devnull)))

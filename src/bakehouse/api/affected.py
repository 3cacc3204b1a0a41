"""Which services a change affects: since a revision of git, or by the names of changed files."""

from __future__ import annotations

import contextlib
import difflib
import posixpath
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from bakehouse import api
from bakehouse.api import revisions
from bakehouse.build import names, selection
from bakehouse.build.identity import affected
from bakehouse.build.identity.demand import Demand
from bakehouse.build.identity.reading import Demands
from bakehouse.build.identity.subject import Subject, of_service
from bakehouse.build.request import PlanRequest
from bakehouse.config import CONFIG_NAME, Config, load
from bakehouse.errors import DockerfileError, UsageError
from bakehouse.model.file_source import FileSource
from bakehouse.model.identity import Affected
from bakehouse.model.service import Service, Workspace
from bakehouse.workspace.discover import discover
from bakehouse.workspace.git_tree import GitTree
from bakehouse.workspace.scan_memory import ScanMemory
from bakehouse.workspace.with_names import WithNames
from bakehouse.workspace.work_tree import WorkTree

DEMANDS = "demands.msgpack"
SCANS = "scans"


def affected_since(root: Path, revision: str, request: PlanRequest) -> tuple[Affected, ...]:
    """The targets whose identity is another one than at a revision of git, with what changed.

    The work tree counts as git sees it: tracked files as they are now, and new ones that git does not ignore.
    External images count by name. `request` chooses services and variant. Raises UsageError outside git, for an
    unknown revision and an unknown service.
    """
    state = api.state_directory(root)
    demands = Demands(state / DEMANDS)
    memory = ScanMemory(state / SCANS)
    with revisions.since(root, revision) as both:
        settings = api.config(root)
        workspace = memory.scan(root, settings, both.after)
        after = side_of(workspace, settings, both.after, request, demands)
        former = former_config(root, both.before) if CONFIG_NAME in both.changed else settings
        same = former is settings and memory.is_like(both.before, both.after, both.changed)
        if same and not affected.reads_any(after, both.changed):
            before = replace(after, files=both.before)
        else:
            every = replace(request, services=())
            known = workspace if same else memory.scan(root, former, both.before)
            before = side_of(known, former, both.before, every, demands)
        found = affected.affected(before, after, both.changed)
    demands.save()
    return _asked(found, request)


def affected_by(root: Path, files: Sequence[str], request: PlanRequest) -> tuple[Affected, ...]:
    """The targets that can take one of `files` (relative to the workspace, or absolute), there or not, or that are
    defined in one. Raises UsageError for a file outside the workspace and an unknown service."""
    paths = [_inside(root, file) for file in files]
    state = api.state_directory(root)
    demands = Demands(state / DEMANDS)
    settings = api.config(root)
    source = WorkTree(root)
    workspace = discover(root, settings, source)
    side = side_of(workspace, settings, WithNames(source, paths), request, demands)
    found = affected.touched(side, paths)
    demands.save()
    return _asked(found, request)


def side_of(
    workspace: Workspace, settings: Config, files: FileSource, request: PlanRequest, demands: Demands
) -> affected.Side:
    """All services of a workspace that have the variant, and what each would take."""
    variant = request.variant or settings.build.variant
    _check_names(workspace, request.services)
    owners = selection.image_owners(workspace, settings)
    subjects: dict[str, Subject] = {}
    demanded: dict[str, dict[str, Demand]] = {}
    failures: dict[str, str] = {}
    for service in workspace.services:
        if service.dockerfile is None or (variant not in service.variants and variant != names.DEFAULT_VARIANT):
            continue
        subject = of_service(settings, service, variant)
        try:
            found = demands.of(subject, files)
        except DockerfileError as error:
            failures[subject.target] = error.message
        else:
            demanded[subject.target] = found
            subject = _with_owners(subject, found, owners, variant)
        subjects[subject.target] = subject
    links = files.links if isinstance(files, GitTree) else None
    return affected.Side(files, subjects, demanded, api.STATE_DIRECTORY, failures, links)


def _with_owners(
    subject: Subject, demanded: Mapping[str, Demand], owners: Mapping[str, Service], variant: str
) -> Subject:
    """The subject with the images of other services as what they are: other targets."""
    contexts = dict(subject.contexts)
    for demand in demanded.values():
        for reference, _ in (*demand.bases, *demand.images):
            owner = selection.owner(reference, owners)
            if owner is not None and owner.name != subject.service and reference not in contexts:
                contexts[reference] = f"target:{names.target_id(owner.name, variant)}"
    return subject if contexts == subject.contexts else replace(subject, contexts=contexts)


def _check_names(workspace: Workspace, services: Sequence[str]) -> None:
    for name in services:
        if workspace.service(name) is None:
            near = difflib.get_close_matches(name, [s.name for s in workspace.services], n=1)
            raise UsageError(
                f"there is no service {name}", hint=f"did you mean {near[0]}?" if near else "see: bakehouse scan"
            )


def _asked(found: tuple[Affected, ...], request: PlanRequest) -> tuple[Affected, ...]:
    return tuple(a for a in found if not request.services or a.service in request.services)


def former_config(root: Path, tree: GitTree) -> Config:
    """The configuration that a revision has. It is read from a directory, so it is put into one."""
    with tempfile.TemporaryDirectory() as place:
        directory = Path(place) / root.resolve().name
        directory.mkdir()
        with contextlib.suppress(OSError):
            (directory / CONFIG_NAME).write_bytes(tree.read(CONFIG_NAME))
        return load(directory)


def _inside(root: Path, file: str) -> str:
    path = posixpath.normpath(posixpath.join(str(root), file))
    if not path.startswith(f"{root}/"):
        raise UsageError(f"{file} lies outside the workspace {root}", hint="name files below it")
    return path[len(str(root)) + 1 :]

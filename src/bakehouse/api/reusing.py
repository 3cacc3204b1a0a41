"""What need not be built, and the names that make it so: identities, the places images are kept in, and tags.

In: a plan. Out: the plan with verdicts; after a build, images tagged with the identity they were built from, if the
work tree is still what was identified.
"""

from __future__ import annotations

import os
import threading
import time
from dataclasses import replace
from difflib import get_close_matches
from functools import partial
from pathlib import Path

from bakehouse import api
from bakehouse.api.identity import identify_plan
from bakehouse.build import reuse
from bakehouse.build.builder_list import find_builders
from bakehouse.build.request import PlanRequest
from bakehouse.build.reuse import ImageStore, Policy
from bakehouse.build.reuse_local import LocalImages
from bakehouse.build.reuse_registry import RegistryImages
from bakehouse.config import Config
from bakehouse.errors import BakehouseError, UsageError
from bakehouse.model.identity import Identity, IngredientKind
from bakehouse.model.plan import Plan, Target
from bakehouse.tools.at_once import ask

DAY = 86400.0
TAG_SECONDS = 30.0
"""A registry that takes no tag for so long is not waited for."""


def with_verdicts(plan: Plan, settings: Config, request: PlanRequest) -> tuple[Plan, dict[str, Identity]]:
    """The plan with reuse or build and the reason for each target, and the identities it was judged by.

    Raises UsageError where --rebuild names a service that is not in the plan.
    """
    _check_names(plan, request)
    now = time.time()
    off = "" if request.reuse and settings.reuse.enabled else "reuse is off"
    store = image_store(plan)
    if not off:
        store.begin(plan.to_build)
    identities = identify_plan(plan, offline=request.offline)
    identified = reuse.with_identities(plan, identities, now)
    max_age = settings.reuse.max_age_days * DAY if request.max_age is None else request.max_age
    policy = Policy(off=off, rebuild=frozenset(request.rebuild), max_age=max_age, now=now)
    judged = reuse.judge(identified, store, policy)
    lost = reuse.stranded(judged) if judged.place == "local" else {}
    if lost and not _engine_builds(judged):
        judged = reuse.built_after_all(judged, lost)
    return judged, identities


def image_store(plan: Plan) -> ImageStore:
    """Where the images of a plan are kept."""
    return RegistryImages(api.state_directory(plan.root)) if plan.place == "registry" else LocalImages()


def point_tags(plan: Plan) -> Plan:
    """Make every tag of the reused targets point at its image; where that fails the target is built instead."""
    store = image_store(plan)
    todo = {t.id: t for t in plan.to_reuse if t.reuse and t.reuse.missing_tags}
    questions = {name: partial(store.point_tags, target) for name, target in todo.items()}
    done = ask(questions, seconds=TAG_SECONDS + len(todo), idle=TAG_SECONDS)
    failed = {name: f"its tags could not be set: {e.message}" for name, e in done.items() if e is not None}
    return reuse.built_after_all(plan, failed) if failed else plan


class Naming:
    """Gives built images the names of their identities; made when the plan is, used when its builds are done.

    A file that is edited while BuildKit reads it would put new content under the old identity's name. So the target
    is identified again after its build, and every file that entered must be older than the first time.
    """

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.named: list[Target] = []
        self._store = image_store(plan)
        self._identifying = threading.Lock()  # calls end in several threads; what is kept of files has one writer

    def __call__(self, target: Target, digest: str) -> str:
        """Put the target's tags on its image and name it by its identity; a remark where it was not named.

        Raises BakehouseError where the tags cannot be set.
        """
        self._store.publish(target, digest)
        if not target.nameable or not digest:
            return ""
        try:
            with self._identifying:
                now = identify_plan(self._part(target))[target.id]
            if now.digest != target.identity or self._touched(now):
                return "its sources changed during the build: not named for reuse"
            self._store.remember(target, digest, self.plan.identified_at)
        except BakehouseError as error:
            return f"not named for reuse: {error.message}"
        self.named.append(target)
        return ""

    def _part(self, target: Target) -> Plan:
        """The plan of one target and what it is built from."""
        wanted, todo = set[str](), [target.id]
        while todo:
            name = todo.pop()
            found = self.plan.target(name)
            if found is not None and name not in wanted:
                wanted.add(name)
                todo += found.depends_on
        return replace(self.plan, targets=tuple(t for t in self.plan.targets if t.id in wanted))

    def _touched(self, identity: Identity) -> bool:
        """Whether a file was changed (and perhaps changed back) since the identities were computed."""
        outside = {f"{i.name}:": Path(i.value) for i in identity.ingredients if i.kind is IngredientKind.CONTEXT}
        for ingredient in identity.ingredients:
            if ingredient.kind is IngredientKind.FILE:
                paths = [self.plan.root / ingredient.name]
                paths += [
                    d / ingredient.name.removeprefix(p) for p, d in outside.items() if ingredient.name.startswith(p)
                ]
                times = [changed for path in paths if (changed := _change_time(path)) is not None]
                if not times or max(times) >= self.plan.identified_at:
                    return True
        return False


def _change_time(path: Path) -> float | None:
    """When the inode last changed (Unix seconds): no program can set that back. None where nothing is there."""
    try:
        return os.lstat(path).st_ctime
    except OSError:
        return None


def _engine_builds(plan: Plan) -> bool:
    """Whether the engine's own builder builds, which sees the images of the engine's store."""
    return all(b.driver == "docker" for b in find_builders(plan.builders))


def _check_names(plan: Plan, request: PlanRequest) -> None:
    known = [t.service for t in plan.targets]
    for name in request.rebuild:
        if name not in known:
            near = get_close_matches(name, known, n=1)
            hint = f"did you mean {near[0]}?" if near else f"in this plan: {', '.join(known)}"
            raise UsageError(f"--rebuild {name}: that service is not in this plan", hint=hint)

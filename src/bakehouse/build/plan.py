"""Workspace and request in, Plan out: which targets, from which stage, with which bases, in which wave.

Base images and frontends that cannot be pulled are replaced here (named contexts, the built-in frontend);
Dockerfiles that need an alteration for that, or for the host's CA, get a copy in the state directory.
"""

from __future__ import annotations

import dataclasses
import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bakehouse.build import bases, ca, names, prepare
from bakehouse.build.reading import Reading, read
from bakehouse.build.request import PlanRequest
from bakehouse.config import Config
from bakehouse.errors import CycleError, UsageError, WorkspaceError
from bakehouse.model.plan import Plan, Secret, Substitution, Target, Verdict
from bakehouse.model.service import Notice, Service, Workspace


def make_plan(workspace: Workspace, config: Config, request: PlanRequest, state: Path) -> Plan:
    """The plan for a request. `state` is the workspace's .bakehouse directory: altered Dockerfiles go there.

    Raises UsageError for an unknown service or variant, DockerfileError and WorkspaceError for files that
    cannot be used, CycleError where images are built from each other in a circle.
    """
    variant = request.variant or config.build.variant
    chosen, notices = _choose(workspace, request, variant)
    by_image = _image_owners(workspace, config)
    readings = _readings(workspace, chosen, variant, by_image)
    resolutions = _resolve(readings.values(), config, request, state)
    extra = ca.detect(config.build.ca)
    secrets = ca.write_secrets(extra, state) if extra else ()
    maker = _Maker(workspace, config, request, variant, state, resolutions, by_image, secrets)
    targets = [maker.target(readings[name].service, readings[name]) for name in readings]
    targets = _blocked_by(targets)
    return Plan(
        root=workspace.root,
        targets=_waves(targets),
        builder=request.builder or config.builder.name or None,
        variant=variant,
        substitutions=_substitutions(targets, readings, resolutions),
        notices=(*workspace.notices, *notices),
    )


def _choose(workspace: Workspace, request: PlanRequest, variant: str) -> tuple[list[Service], list[Notice]]:
    """The services asked for (all buildable ones by default) that have the variant."""
    known = {s.name: s for s in workspace.services}
    for name in request.services:
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            hint = f"did you mean {near[0]}?" if near else f"known: {', '.join(sorted(known)) or 'none'}"
            raise UsageError(f"there is no service {name}", hint=hint)
        if known[name].dockerfile is None:
            raise UsageError(
                f"{name} has no Dockerfile", hint="add one, or set services.<name>.dockerfile in bakehouse.toml"
            )
    wanted = [known[n] for n in dict.fromkeys(request.services)] or [s for s in workspace.services if s.dockerfile]
    if not wanted:
        raise _nothing_to_build(workspace)
    chosen, notices = [], []
    for service in wanted:
        if variant in service.variants or variant == names.DEFAULT_VARIANT:
            chosen.append(service)
        elif request.services:
            have = ", ".join(service.variants) or names.DEFAULT_VARIANT
            raise UsageError(f"{service.name} has no variant {variant}", hint=f"it has: {have}")
        else:
            notices.append(Notice(level="info", message=f"{service.name} has no variant {variant}: not built"))
    if not chosen:
        raise UsageError(f"no service has a variant {variant}", hint="see the variants with `bakehouse scan --json`")
    return chosen, notices


def _nothing_to_build(workspace: Workspace) -> WorkspaceError:
    """Why a workspace has nothing to build: the first file that could not be read, else that there is none."""
    bad = next((n for n in workspace.notices if n.level == "warning"), None)
    if bad is not None:
        hint = bad.hint or "correct it: nothing else here says what to build"
        return WorkspaceError(bad.message, path=bad.path, line=bad.line, hint=hint)
    return WorkspaceError(
        "no Dockerfile was found here", hint="go to the repository's root or name it with -C; see `bakehouse scan`"
    )


def _image_owners(workspace: Workspace, config: Config) -> dict[str, Service]:
    """Image name (as a Dockerfile or compose file may write it) -> the service that makes it."""
    owners: dict[str, Service] = {}
    for service in workspace.services:
        if service.dockerfile is None:
            continue
        owners[names.image_name(service.name, config)] = service
        if service.image:
            owners[service.image] = service
    return owners


def _owner(reference: str, by_image: Mapping[str, Service]) -> Service | None:
    name = reference.partition("@")[0]
    bare = name.rpartition(":")[0] if ":" in name.rpartition("/")[2] else name
    return by_image.get(name) or by_image.get(bare)


def _readings(
    workspace: Workspace, chosen: Sequence[Service], variant: str, by_image: Mapping[str, Service]
) -> dict[str, Reading]:
    """The Dockerfiles of the chosen services and, transitively, of those their images are built from."""
    readings: dict[str, Reading] = {}
    todo = list(chosen)
    while todo:
        service = todo.pop(0)
        if service.name in readings:
            continue
        reading = read(workspace.root, service, variant)
        readings[service.name] = reading
        for reference in reading.external:
            needed = _owner(reference, by_image)
            if needed is not None and needed.name != service.name:
                todo.append(needed)
        todo += [s for s in map(workspace.service, _service_contexts(service)) if s is not None and s.dockerfile]
    return readings


def _service_contexts(service: Service) -> list[str]:
    """Names of services that named contexts point at (compose: `service:NAME`, bake: `target:NAME`)."""
    found = []
    for value in service.contexts.values():
        scheme, _, name = value.partition(":")
        if scheme in ("service", "target"):
            found.append(name)
    return found


def _resolve(
    readings: Iterable[Reading], config: Config, request: PlanRequest, state: Path
) -> dict[str, bases.BaseResolution]:
    """What becomes of every base and frontend that the readings name."""
    if not request.substitute or config.bases.substitute == "never":
        return {}
    wanted = {ref for r in readings for ref in r.external} | {r.syntax for r in readings if r.syntax}
    wanted -= config.bases.map.keys()
    return bases.resolve(sorted(wanted), registry=config.bases.registry, mode="auto", cache_dir=state)


@dataclass(slots=True)
class _Maker:
    """Turns a service and its reading into a target."""

    workspace: Workspace
    config: Config
    request: PlanRequest
    variant: str
    state: Path
    resolutions: Mapping[str, bases.BaseResolution]
    by_image: Mapping[str, Service]
    secrets: tuple[Secret, ...]

    def target(self, service: Service, reading: Reading) -> Target:
        contexts, needs = self._contexts(service, reading)
        verdict, reason = self._verdict(service, reading)
        prepared = prepare.Prepared(None, ())
        if verdict is Verdict.BUILD:
            prepared = prepare.prepare(
                reading,
                state=self.state,
                inject_ca=bool(self.secrets),
                drop_syntax=self._syntax_missing(reading),
            )
        cache_from, cache_to = names.caches(service, self.variant, self.config)
        return Target(
            id=names.target_id(service.name, self.variant),
            service=service.name,
            variant=self.variant,
            context=reading.context,
            dockerfile=reading.path,
            stage=reading.stage,
            verdict=verdict,
            reason=reason,
            platforms=self.request.platforms or service.platforms or self.config.build.platforms,
            args=service.args,
            contexts=contexts,
            tags=names.tags(service, self.variant, self.config, push=self.request.push),
            cache_from=cache_from,
            cache_to=cache_to,
            secrets=self.secrets if prepared.injected else (),
            prepared=prepared.path,
            line_map=prepared.line_map,
            depends_on=tuple(names.target_id(n, self.variant) for n in needs),
            bases=reading.external,
        )

    def _contexts(self, service: Service, reading: Reading) -> tuple[dict[str, str], list[str]]:
        """Named contexts for bake, and the services among them."""
        contexts: dict[str, str] = {}
        needs: list[str] = []
        for name, value in service.contexts.items():
            scheme, _, other = value.partition(":")
            if scheme in ("service", "target"):
                needs.append(other)
                contexts[name] = f"target:{names.target_id(other, self.variant)}"
            elif "://" in value:
                contexts[name] = value
            else:
                contexts[name] = str((self.workspace.root / value).resolve())
        for reference in reading.external:
            if reference in contexts:
                continue
            owner = _owner(reference, self.by_image)
            if owner is not None and owner.name != service.name:
                needs.append(owner.name)
                contexts[reference] = f"target:{names.target_id(owner.name, self.variant)}"
            elif replacement := self._replacement(reference):
                contexts[reference] = replacement
        return contexts, list(dict.fromkeys(needs))

    def _replacement(self, reference: str) -> str | None:
        mapped = self.config.bases.map.get(reference)
        if mapped:
            return mapped if "://" in mapped else f"docker-image://{mapped}"
        found = self.resolutions.get(reference)
        return found.replacement if found and found.status == "substitute" else None

    def _verdict(self, service: Service, reading: Reading) -> tuple[Verdict, str]:
        if service.skip:
            return Verdict.SKIPPED, service.skip
        for reference in reading.external:
            if _owner(reference, self.by_image) is not None or reference in service.contexts:
                continue
            found = self.resolutions.get(reference)
            if found is not None and found.status == "missing":
                if service.optional:
                    return Verdict.SKIPPED, f"optional, and its base image is missing: {reference}: {found.reason}"
                return Verdict.BLOCKED, f"base image {reference}: {found.reason}"
        return Verdict.BUILD, ""

    def _syntax_missing(self, reading: Reading) -> bool:
        found = self.resolutions.get(reading.syntax or "")
        return found is not None and found.status == "missing"


def _blocked_by(targets: Sequence[Target]) -> list[Target]:
    """Targets whose own needs cannot be built are blocked too."""
    bad = {t.id for t in targets if t.verdict in (Verdict.BLOCKED, Verdict.SKIPPED)}
    result = list(targets)
    changed = True
    while changed:
        changed = False
        for i, target in enumerate(result):
            stuck = [n for n in target.depends_on if n in bad]
            if stuck and target.verdict is Verdict.BUILD:
                reason = f"needs {stuck[0]}, which cannot be built"
                result[i] = dataclasses.replace(target, verdict=Verdict.BLOCKED, reason=reason)
                bad.add(target.id)
                changed = True
    return result


def _waves(targets: Sequence[Target]) -> tuple[Target, ...]:
    """Each target's wave: 0 if it needs no other, else one more than the latest of those it needs."""
    by_id = {t.id: t for t in targets}
    waves: dict[str, int] = {}

    def wave(name: str, path: tuple[str, ...]) -> int:
        if name in path:
            circle = " -> ".join((*path[path.index(name) :], name))
            raise CycleError(f"images are built from each other in a circle: {circle}", hint="cut one of these edges")
        if name not in waves:
            needs = [n for n in by_id[name].depends_on if n in by_id]
            waves[name] = 1 + max((wave(n, (*path, name)) for n in needs), default=-1)
        return waves[name]

    placed = [dataclasses.replace(t, wave=wave(t.id, ())) for t in targets]
    return tuple(sorted(placed, key=lambda t: (t.wave, t.id)))


def _substitutions(
    targets: Sequence[Target], readings: Mapping[str, Reading], resolutions: Mapping[str, bases.BaseResolution]
) -> tuple[Substitution, ...]:
    """What the plan replaced, and for which targets."""
    found: list[Substitution] = []
    built = [t for t in targets if t.verdict is Verdict.BUILD]
    for reference, resolution in sorted(resolutions.items()):
        users = tuple(t.id for t in built if t.contexts.get(reference) == resolution.replacement)
        if resolution.status == "substitute" and resolution.replacement and users:
            found.append(
                Substitution(
                    kind="base",
                    original=reference,
                    replacement=resolution.replacement,
                    reason=resolution.reason,
                    targets=users,
                )
            )
        syntax = tuple(t.id for t in built if readings[t.service].syntax == reference)
        if resolution.status == "missing" and syntax:
            found.append(
                Substitution(
                    kind="frontend",
                    original=reference,
                    replacement="the engine's built-in frontend",
                    reason=resolution.reason,
                    targets=syntax,
                )
            )
    return tuple(found)

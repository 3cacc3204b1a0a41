"""A service and its Dockerfile as a target: contexts, substituted bases, tags, caches, the copy the engine gets."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bakehouse.build import bases, names, platform_args, prepare
from bakehouse.build.cache.policy import CachePolicy
from bakehouse.build.reading import Reading
from bakehouse.build.request import PlanRequest
from bakehouse.build.selection import owner
from bakehouse.config import Config
from bakehouse.model.plan import Secret, Substitution, Target, Verdict
from bakehouse.model.service import Service, Workspace


def resolve(
    readings: Iterable[Reading], config: Config, request: PlanRequest, state: Path
) -> dict[str, bases.BaseResolution]:
    """What becomes of every base and frontend that the readings name."""
    if not request.substitute or config.bases.substitute == "never":
        return {}
    wanted = {ref for r in readings for ref in r.external} | {r.syntax for r in readings if r.syntax}
    wanted -= config.bases.map.keys()
    return bases.resolve(sorted(wanted), registry=config.bases.registry, mode="auto", cache_dir=state)


@dataclass(slots=True)
class TargetMaker:
    """Turns a service and its reading into a target."""

    workspace: Workspace
    config: Config
    request: PlanRequest
    variant: str
    state: Path
    resolutions: Mapping[str, bases.BaseResolution]
    by_image: Mapping[str, Service]
    secrets: tuple[Secret, ...]
    caches: CachePolicy

    def target(self, service: Service, reading: Reading) -> Target:
        """The target; where it is to be built its altered Dockerfile is written."""
        contexts, needs = self._contexts(service, reading)
        platforms = self.request.platforms or service.platforms or self.config.build.platforms
        args, differing = platform_args.target_args(service, platforms)
        verdict, reason = self._verdict(service, reading)
        prepared = prepare.Prepared(None, ())
        if verdict is Verdict.BUILD:
            prepared = prepare.prepare(
                reading,
                state=self.state,
                inject_ca=bool(self.secrets),
                drop_syntax=self._syntax_missing(reading),
                platform_args=platform_args.by_name(differing),
            )
        caches = self.caches.attributes(service)
        mark = self.caches.mark(service)
        tags = names.tags(service, self.variant, self.config, push=self.request.push)
        return Target(
            id=names.target_id(service.name, self.variant),
            service=service.name,
            variant=self.variant,
            context=reading.context,
            dockerfile=reading.path,
            stage=reading.stage,
            verdict=verdict,
            reason=reason,
            platforms=platforms,
            platform_tags=names.platform_tags(tags, platforms) if self.request.push else (),
            args=args,
            platform_args=differing,
            contexts=contexts,
            tags=tags,
            cache_from=caches.sources,
            cache_to=caches.targets,
            no_cache=mark.everything,
            no_cache_stages=mark.stages,
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
            needed = owner(reference, self.by_image)
            if needed is not None and needed.name != service.name:
                needs.append(needed.name)
                contexts[reference] = f"target:{names.target_id(needed.name, self.variant)}"
            else:
                contexts.update(self._replacements(reference))
        return contexts, list(dict.fromkeys(needs))

    def _replacements(self, reference: str) -> dict[str, str]:
        """What stands for a base: for all platforms, and under `reference::platform` (as BuildKit reads it) for one."""
        found: dict[str, str] = {}
        for name, mapped in self.config.bases.map.items():
            base, _, platform = name.partition("::")
            if base == reference:
                key = f"{reference}::{platform}" if platform else reference
                found[key] = mapped if "://" in mapped else f"docker-image://{mapped}"
        resolved = self.resolutions.get(reference)
        if reference not in found and resolved and resolved.status == "substitute" and resolved.replacement:
            found[reference] = resolved.replacement
        return found

    def _verdict(self, service: Service, reading: Reading) -> tuple[Verdict, str]:
        if service.skip:
            return Verdict.SKIPPED, service.skip
        for reference in reading.external:
            if owner(reference, self.by_image) is not None or reference in service.contexts:
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


def substitutions(
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

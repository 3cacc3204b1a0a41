"""What an identity is asked of: one build of one stage, with everything that a plan would hand to BuildKit.

Enter a plan's `Target`, or a service of a workspace at any revision; leave a `Subject`. Paths are relative to the
workspace root.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from bakehouse.build import ca, names
from bakehouse.build.platform_args import target_args
from bakehouse.config import Config
from bakehouse.model.plan import Plan, Target
from bakehouse.model.service import Service

HOST_CA = "host CA"
BROUGHT = "brought to every RUN"
PROXIES = "proxies of the docker client"
EPOCH = "SOURCE_DATE_EPOCH of the environment"
FRONTEND = "frontend"
BUILT_IN = "the engine's built-in one"


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """`contexts` values are `target:ID`, `docker-image://...`, another address, or a directory.

    A directory inside the workspace is relative, one outside is absolute. `platforms` empty means the machine's
    own. `platform_args` go over `args` on one platform. `settings` are further facts, by name, that BuildKit's steps
    depend on.
    """

    target: str
    service: str
    context: str
    dockerfile: str
    stage: str | None = None
    platforms: tuple[str, ...] = ()
    args: Mapping[str, str] = field(default_factory=dict)
    platform_args: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    contexts: Mapping[str, str] = field(default_factory=dict)
    settings: Mapping[str, str] = field(default_factory=dict)


def of_target(plan: Plan, target: Target) -> Subject:
    """The subject of a planned target. Its labels, tags, caches and builder change no step: they are left out."""
    settings: dict[str, str] = {}
    if any(secret.id == ca.SECRET_ID for secret in target.secrets):
        settings[HOST_CA] = BROUGHT
    dropped = [s for s in plan.substitutions if s.kind == "frontend" and target.id in s.targets]
    if dropped:
        settings[FRONTEND] = BUILT_IN
    return Subject(
        target=target.id,
        service=target.service,
        context=_inside(plan.root, target.context),
        dockerfile=_inside(plan.root, target.dockerfile),
        stage=target.stage,
        platforms=target.platforms,
        args=target.args,
        platform_args=target.platform_args,
        contexts={name: _context(plan.root, value) for name, value in target.contexts.items()},
        settings=settings,
    )


def of_service(config: Config, service: Service, variant: str) -> Subject:
    """The subject of a service as it stands in the repository: no registry is asked, nothing is substituted."""
    assert service.dockerfile is not None
    contexts = {name: _named(value, variant) for name, value in service.contexts.items()}
    platforms = service.platforms or config.build.platforms
    args, differing = target_args(service, platforms)
    return Subject(
        target=names.target_id(service.name, variant),
        service=service.name,
        context=service.context,
        dockerfile=service.dockerfile,
        stage=service.variants.get(variant, service.target),
        platforms=platforms,
        args=args,
        platform_args=differing,
        contexts=contexts,
    )


def _named(value: str, variant: str) -> str:
    scheme, _, name = value.partition(":")
    return f"target:{names.target_id(name, variant)}" if scheme in ("service", "target") else value


def _context(root: Path, value: str) -> str:
    if value.startswith("target:") or "://" in value:
        return value
    return _inside(root, Path(value))


def _inside(root: Path, path: Path) -> str:
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else path.as_posix()

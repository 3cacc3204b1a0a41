"""Which build arguments a target gets, and which of them differ by platform.

Enter a service and the platforms of a target; leave the arguments that hold for all of them, and those that do not.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bakehouse.build.platforms import normal
from bakehouse.config import CONFIG_NAME
from bakehouse.dockerfile.platform_args import cannot_carry
from bakehouse.errors import ConfigError
from bakehouse.model.service import Service
from bakehouse.workspace.dockerfiles import MACHINE_PLATFORM

PlatformArgs = dict[str, dict[str, str]]
"""Platform, as the target names it -> name -> value."""


def target_args(service: Service, platforms: Sequence[str]) -> tuple[dict[str, str], PlatformArgs]:
    """The arguments for all platforms, and by platform those that differ.

    A target of one platform has only the first kind. Raises ConfigError for a value that is missing for one of several
    platforms, or that the Dockerfile cannot carry.
    """
    said = {normal(platform): values for platform, values in service.platform_args.items()}
    if len(platforms) < 2:
        own = said.get(normal(platforms[0] if platforms else MACHINE_PLATFORM), {})
        return {**service.args, **own}, {}
    names = sorted({name for platform in platforms for name in said.get(normal(platform), {})})
    differing: PlatformArgs = {platform: {} for platform in platforms} if names else {}
    for name in names:
        for platform in platforms:
            differing[platform][name] = _value(service, name, platform, said)
    return {name: value for name, value in service.args.items() if name not in names}, differing


def _value(service: Service, name: str, platform: str, said: Mapping[str, Mapping[str, str]]) -> str:
    value = said.get(normal(platform), {}).get(name, service.args.get(name))
    where = f"[services.{service.name}.platform_args]"
    if value is None:
        hint = f"add it there, or a value for all others to [services.{service.name}.args]"
        raise ConfigError(f"{where} has no value of {name} for {platform}", path=CONFIG_NAME, hint=hint)
    if cannot_carry(value):
        hint = "white space, quotes and $ are not possible in a value that differs by platform"
        raise ConfigError(f"{where} {name} for {platform} cannot be {value!r}", path=CONFIG_NAME, hint=hint)
    return value


def by_name(differing: Mapping[str, Mapping[str, str]]) -> dict[str, dict[str, str]]:
    """Name -> platform -> value, as the Dockerfile carries them."""
    found: dict[str, dict[str, str]] = {}
    for platform, values in differing.items():
        for name, value in values.items():
            found.setdefault(name, {})[normal(platform)] = value
    return found

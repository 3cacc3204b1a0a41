"""The configurations of two images go in, the settings that differ come out as text."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping

from bakehouse.image.documents import ContainerConfig, HealthCheck, ImageConfig
from bakehouse.lint.secrets import is_secret_name, is_secret_value, mask
from bakehouse.model.image_diff import ConfigChange, How

HIDDEN = "(not shown)"
"""Stands for a value whose name sounds like a secret's: reports are attached to pull requests."""


def compare_config(before: ImageConfig, after: ImageConfig) -> tuple[ConfigChange, ...]:
    """All differences of what a container starts with, and of the platform."""
    old, new = _settings(before), _settings(after)
    changes = []
    for place in [*old, *(place for place in new if place not in old)]:
        one, two = old.get(place), new.get(place)
        if one == two:
            continue
        how = How.ADDED if one is None else How.REMOVED if two is None else How.CHANGED
        setting, key = place
        changes.append(ConfigChange(setting=setting, key=key, how=how, before=_shown(key, one), after=_shown(key, two)))
    order = {name: number for number, name in enumerate(_ORDER)}
    return tuple(sorted(changes, key=lambda change: (order[change.setting], change.key or "")))


_ORDER = (
    *("os", "architecture", "variant", "entrypoint", "cmd", "shell", "user", "workdir", "env", "ports", "volumes"),
    *("health check", "stop signal", "labels", "on build"),
)


def _settings(image: ImageConfig) -> dict[tuple[str, str | None], str]:
    """All settings that are set, by name and key."""
    config = image.config or ContainerConfig()
    single = {
        "os": image.os,
        "architecture": image.architecture,
        "variant": image.variant,
        "entrypoint": _listed(config.entrypoint),
        "cmd": _listed(config.cmd),
        "shell": _listed(config.shell),
        "user": config.user,
        "workdir": config.working_dir,
        "stop signal": config.stop_signal,
        "on build": _listed(config.on_build),
    }
    found: dict[tuple[str, str | None], str] = {(name, None): value for name, value in single.items() if value}
    keyed: Mapping[str, Iterable[tuple[str, str]]] = {
        "env": _variables(config.env or ()),
        "ports": ((port, "exposed") for port in config.exposed_ports or ()),
        "volumes": ((path, "declared") for path in config.volumes or ()),
        "labels": (config.labels or {}).items(),
        "health check": _health(config.healthcheck) if config.healthcheck else (),
    }
    found |= {(name, key): value for name, pairs in keyed.items() for key, value in pairs}
    return found


def _shown(key: str | None, value: str | None) -> str | None:
    if key is not None and value is not None and is_secret_name(key) and is_secret_value(key, value):
        return HIDDEN
    return mask(value) if value is not None else None


def _listed(words: tuple[str, ...] | str | None) -> str:
    return json.dumps(words, ensure_ascii=False) if words else ""


def _variables(env: Iterable[str]) -> Iterator[tuple[str, str]]:
    for word in env:
        name, _, value = word.partition("=")
        yield name, value


def _health(check: HealthCheck) -> Iterator[tuple[str, str]]:
    yield "test", _listed(check.test)
    for name in ("interval", "timeout", "start_period", "start_interval"):
        if nanoseconds := getattr(check, name):
            yield name, f"{nanoseconds / 1e9:g} s"
    if check.retries:
        yield "retries", str(check.retries)

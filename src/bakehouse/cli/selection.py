"""Which services, in which variant, on which platforms: the options that plan and build share."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import click

from bakehouse.build.request import PlanRequest
from bakehouse.errors import UsageError


def plan_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that say what is planned and what may be reused."""
    for option in (
        click.option("--max-age", metavar="AGE", help="Oldest image to reuse: 12h, 7d (default), 0 for any age."),
        click.option("--rebuild", multiple=True, metavar="SERVICE", help="Build it whatever exists; may be repeated."),
        click.option("--no-reuse", is_flag=True, help="Build everything, whatever images exist."),
    ):
        function = option(function)
    return target_options(function)


def target_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that say which images are meant."""
    for option in (
        click.option("--offline", is_flag=True, help="Ask no registry for base images: take their last known digests."),
        click.option("--builder", metavar="NAME", help="Use this buildx builder; several: a,b."),
        click.option("--no-substitute", is_flag=True, help="Never replace a base image or a frontend."),
        click.option("--platform", "platforms", multiple=True, metavar="OS/ARCH", help="Platform; may be repeated."),
        click.option("--variant", metavar="NAME", help="Variant to build: prod (default), dev, gpu, ..."),
    ):
        function = option(function)
    return function


def request_of(
    services: tuple[str, ...],
    *,
    variant: str | None = None,
    platforms: tuple[str, ...] = (),
    no_substitute: bool = False,
    builder: str | None = None,
    push: bool = False,
    no_reuse: bool = False,
    rebuild: tuple[str, ...] = (),
    max_age: str | None = None,
    offline: bool = False,
) -> PlanRequest:
    """The request those options make. Raises UsageError for an age that is none."""
    return PlanRequest(
        services=services,
        variant=variant,
        platforms=tuple(p for given in platforms for p in given.split(",") if p),
        substitute=not no_substitute,
        builder=builder,
        push=push,
        reuse=not no_reuse,
        rebuild=rebuild,
        max_age=None if max_age is None else age_seconds(max_age),
        offline=offline,
    )


def age_seconds(text: str) -> float:
    """`7d`, `12h`, `30m`, `0` -> seconds. Raises UsageError."""
    found = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([dhms]?)", text.strip())
    if found is None or (not found[2] and float(found[1])):
        raise UsageError(f"--max-age {text}: not an age", hint="write 7d, 12h or 30m; 0 means any age")
    return float(found[1]) * {"d": 86400, "h": 3600, "m": 60, "s": 1, "": 0}[found[2]]

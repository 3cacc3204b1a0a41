"""Which services, in which variant, on which platforms: the options that plan and build share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from bakehouse.build.request import PlanRequest


def plan_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add --variant, --platform, --no-substitute and --builder to a verb."""
    for option in (
        click.option("--builder", metavar="NAME", help="Use this buildx builder."),
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
) -> PlanRequest:
    """The request those options make."""
    return PlanRequest(
        services=services,
        variant=variant,
        platforms=tuple(p for given in platforms for p in given.split(",") if p),
        substitute=not no_substitute,
        builder=builder,
        push=push,
    )

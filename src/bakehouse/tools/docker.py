"""Argv of the docker client: the local image store and facts about the engine."""

from __future__ import annotations

from collections.abc import Sequence


def info() -> tuple[str, ...]:
    """Facts about the engine as one JSON object."""
    return ("docker", "info", "--format", "{{json .}}")


def version() -> tuple[str, ...]:
    """Client and server versions as one JSON object."""
    return ("docker", "version", "--format", "{{json .}}")


def image_inspect(references: Sequence[str]) -> tuple[str, ...]:
    """Id, digests, size, user and health check of local images, one JSON array."""
    return ("docker", "image", "inspect", *references)


def image_tag(source: str, target: str) -> tuple[str, ...]:
    """Give a local image another name."""
    return ("docker", "image", "tag", source, target)


def compose_version() -> tuple[str, ...]:
    """Version of the compose plugin, short."""
    return ("docker", "compose", "version", "--short")


def pull(reference: str) -> tuple[str, ...]:
    """Fetch an image into the local store, without progress."""
    return ("docker", "image", "pull", "--quiet", reference)

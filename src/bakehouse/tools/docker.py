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


def image_save(references: Sequence[str]) -> tuple[str, ...]:
    """Local images as one archive on stdout."""
    return ("docker", "image", "save", *references)


def image_tag(source: str, target: str) -> tuple[str, ...]:
    """Give a local image another name."""
    return ("docker", "image", "tag", source, target)


def compose_version() -> tuple[str, ...]:
    """Version of the compose plugin, short."""
    return ("docker", "compose", "version", "--short")


def pull(reference: str) -> tuple[str, ...]:
    """Fetch an image into the local store, without progress."""
    return ("docker", "image", "pull", "--quiet", reference)


def image_list(pattern: str) -> tuple[str, ...]:
    """Local images whose name matches, newest first, as a JSON object {Repository, Tag} a line."""
    form = '{"Repository":{{json .Repository}},"Tag":{{json .Tag}}}'
    return ("docker", "image", "ls", "--filter", f"reference={pattern}", "--format", form)


def image_remove(reference: str) -> tuple[str, ...]:
    """Take a name from a local image; the image goes with its last name, unless a container uses it."""
    return ("docker", "image", "rm", reference)


def build_cache() -> tuple[str, ...]:
    """The records of the engine's own build cache, one JSON array."""
    return ("docker", "system", "df", "--verbose", "--format", "{{json .BuildCache}}")


def run_detached(
    image: str, *, name: str, platform: str, command: Sequence[str] = (), pull: bool = False
) -> tuple[str, ...]:
    """Start a container of an image for a platform, without network and with small limits; `pull` it if need be."""
    return (
        *("docker", "run", "--detach", "--name", name, "--platform", platform, "--network", "none"),
        *("--pull", "missing" if pull else "never"),
        *("--memory", "1g", "--pids-limit", "512", "--security-opt", "no-new-privileges", image, *command),
    )


def container_state(name: str) -> tuple[str, ...]:
    """State of a container, one JSON object: Running, ExitCode, Health."""
    return ("docker", "container", "inspect", "--format", "{{json .State}}", name)


def container_log(name: str) -> tuple[str, ...]:
    """The end of what a container wrote."""
    return ("docker", "logs", "--tail", "20", name)


def remove_container(name: str) -> tuple[str, ...]:
    """Remove a container with its anonymous volumes, running or not."""
    return ("docker", "container", "rm", "--force", "--volumes", name)

"""Argv of docker buildx."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path


def version() -> tuple[str, ...]:
    """The plugin's version line."""
    return ("docker", "buildx", "version")


def bake(
    definition: Path,
    targets: Sequence[str],
    *,
    metadata: Path | None = None,
    builder: str | None = None,
    no_cache: bool = False,
    progress: str = "rawjson",
) -> tuple[str, ...]:
    """Build targets of a definition file; progress goes to stderr (rawjson: the JSON stream)."""
    argv = ["docker", "buildx", "bake", "--file", str(definition), "--progress", progress]
    if builder:
        argv += ["--builder", builder]
    if metadata:
        argv += ["--metadata-file", str(metadata)]
    if no_cache:
        argv.append("--no-cache")
    return (*argv, *targets)


def build(
    context: Path,
    *,
    stage: str,
    tag: str,
    labels: Mapping[str, str],
    contexts: Mapping[str, str],
    secrets: Mapping[str, Path],
    platforms: Sequence[str] = (),
) -> tuple[str, ...]:
    """Build one stage of a folder's Dockerfile and push it, without attestations."""
    argv = ["docker", "buildx", "build", "--progress=plain", "--provenance=false", "--push"]
    argv += ["--target", stage, "--tag", tag]
    if platforms:
        argv += ["--platform", ",".join(platforms)]
    argv += [f"--label={name}={value}" for name, value in labels.items()]
    argv += [f"--build-context={name}={value}" for name, value in contexts.items()]
    argv += [f"--secret=id={name},src={path}" for name, path in secrets.items()]
    return (*argv, str(context))


def copy_tag(source: str, target: str) -> tuple[str, ...]:
    """Give an image of a registry another tag there; no layer moves."""
    return ("docker", "buildx", "imagetools", "create", "--tag", target, source)


def join_tags(sources: Sequence[str], target: str) -> tuple[str, ...]:
    """Make one index of images of several platforms under another tag there; no layer moves."""
    return ("docker", "buildx", "imagetools", "create", "--tag", target, *sources)


def inspect_builder(name: str | None = None, *, bootstrap: bool = False) -> tuple[str, ...]:
    """A builder's driver, nodes, BuildKit version and platforms, as text."""
    argv = ["docker", "buildx", "inspect"]
    if bootstrap:
        argv.append("--bootstrap")
    return (*argv, name) if name else tuple(argv)


def list_builders_json() -> tuple[str, ...]:
    """All builders, one JSON object a line; a builder comes again for each of its nodes."""
    return ("docker", "buildx", "ls", "--format", "{{json .}}")


def create_builder(
    name: str,
    driver: str,
    *,
    config: Path | None = None,
    endpoint: str | None = None,
    options: Sequence[str] = (),
    node: str | None = None,
    platforms: Sequence[str] = (),
    append: bool = False,
) -> tuple[str, ...]:
    """Create a builder of a driver, with a buildkitd.toml where the driver takes one; or `append` a node to it."""
    argv = ["docker", "buildx", "create", "--name", name, "--driver", driver]
    if append:
        argv.append("--append")
    if node:
        argv += ["--node", node]
    if platforms:
        argv += ["--platform", ",".join(platforms)]
    if config:
        argv += ["--config", str(config)]
    for option in options:
        argv += ["--driver-opt", option]
    return (*argv, endpoint) if endpoint else tuple(argv)


def use_builder(name: str) -> tuple[str, ...]:
    """Make a builder the one that plain `docker buildx build` takes."""
    return ("docker", "buildx", "use", name)


def remove_builder(name: str, *, keep_state: bool = False) -> tuple[str, ...]:
    """Remove a builder; with `keep_state` its cache stays for the next one of that name."""
    return ("docker", "buildx", "rm", *(["--keep-state"] if keep_state else []), name)


def disk_usage(builder: str | None = None, *, verbose: bool = False) -> tuple[str, ...]:
    """What the build cache holds, as text: a line or, with `verbose`, a block of lines for each record."""
    argv = ["docker", "buildx", "du"]
    if builder:
        argv += ["--builder", builder]
    if verbose:
        argv.append("--verbose")
    return tuple(argv)


def prune(
    *,
    builder: str | None = None,
    everything: bool = False,
    until: str | None = None,
    keep_bytes: int | None = None,
    record: str | None = None,
) -> tuple[str, ...]:
    """Drop build cache that no running build uses.

    What nobody used for `until` (such as 720h), what is over `keep_bytes`, or the one `record` of that id;
    `everything` includes internal records. buildx 0.18 calls the size --max-used-space and still takes this name.
    """
    argv = ["docker", "buildx", "prune", "--force"]
    if builder:
        argv += ["--builder", builder]
    if everything:
        argv.append("--all")
    if until:
        argv += ["--filter", f"until={until}"]
    if keep_bytes is not None:
        argv += ["--keep-storage", str(keep_bytes)]
    if record:
        argv += ["--filter", f"id={record}"]
    return tuple(argv)

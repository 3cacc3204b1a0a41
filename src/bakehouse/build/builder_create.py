"""Builders made and removed: what was asked for in, a builder that answers (or nothing at all) out.

A builder may have several nodes, each with an endpoint and the platforms it shall build for. What does not start is
removed again, so that no half-made builder is left.
"""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from pathlib import Path

from bakehouse.build.builder_list import list_builders
from bakehouse.errors import EngineError, ToolError, UsageError
from bakehouse.model.builder import Builder
from bakehouse.tools import buildx
from bakehouse.tools.run import run

START_SECONDS = 300.0
_NAME = re.compile(r"[a-zA-Z][a-zA-Z0-9._-]*")
_SCHEMES = ("tcp://", "unix://", "ssh://", "docker-container://", "kube-pod://")


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeWish:
    """One node: its endpoint (remote: tcp://HOST:PORT; docker-container: a docker context) and its platforms."""

    endpoint: str | None = None
    platforms: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class BuilderWish:
    """A builder that is asked for. `ca`, `cert` and `key` are files for TLS (remote); `options` driver options."""

    name: str
    driver: str
    nodes: tuple[NodeWish, ...] = (NodeWish(),)
    ca: Path | None = None
    cert: Path | None = None
    key: Path | None = None
    options: tuple[str, ...] = ()
    config: Path | None = None


def node_wish(text: str) -> NodeWish:
    """`tcp://host:1234`, or `linux/arm64,linux/arm/v7=tcp://host:1234`, or platforms alone (`linux/arm64=`)."""
    left, equals, right = text.partition("=")
    if not equals:
        return NodeWish(endpoint=text)
    platforms = tuple(p.strip() for p in left.split(",") if p.strip())
    bad = [p for p in platforms if not re.fullmatch(r"[a-z0-9]+/[a-z0-9]+(/[a-z0-9]+)?", p)]
    if bad or not platforms:
        raise UsageError(f"--node {text}: not a platform: {(bad or [left])[0]}", hint="write linux/arm64=ENDPOINT")
    return NodeWish(endpoint=right or None, platforms=platforms)


def commands(wish: BuilderWish) -> tuple[tuple[str, ...], ...]:
    """The calls that make it: the first node creates the builder, the others are appended."""
    options = [*wish.options]
    for name, file in (("cacert", wish.ca), ("cert", wish.cert), ("key", wish.key)):
        if file is not None:
            options.append(f"{name}={file}")
    return tuple(
        buildx.create_builder(
            wish.name,
            wish.driver,
            config=wish.config,
            endpoint=node.endpoint,
            options=options,
            node=f"{wish.name}{number}",
            platforms=node.platforms,
            append=number > 0,
        )
        for number, node in enumerate(wish.nodes)
    )


def check(wish: BuilderWish) -> None:
    """Raise UsageError for what cannot become a builder, before anything is changed."""
    if not _NAME.fullmatch(wish.name):
        raise UsageError(f"not a name for a builder: {wish.name!r}", hint="letters, digits, . _ and -; a letter first")
    if wish.driver == "docker":
        raise UsageError(
            "the docker driver's builder is the engine itself and cannot be created",
            hint="choose docker-container, remote or kubernetes; for another engine make a docker context",
        )
    if wish.driver == "remote":
        _check_remote(wish)
    elif wish.ca or wish.cert or wish.key:
        raise UsageError(
            f"--ca, --cert and --key are for the remote driver, not {wish.driver}",
            hint="trusted registries come from bakehouse.toml; leave them out",
        )
    if wish.driver == "kubernetes" and len(wish.nodes) > 1 and any(n.endpoint for n in wish.nodes):
        raise UsageError(
            "nodes of the kubernetes driver have no address", hint="give platforms only: --node linux/arm64="
        )


def _check_remote(wish: BuilderWish) -> None:
    for node in wish.nodes:
        if not node.endpoint:
            raise UsageError("a remote builder needs an address", hint="--node tcp://HOST:1234")
        if not node.endpoint.startswith(_SCHEMES):
            raise UsageError(f"not an address of buildkitd: {node.endpoint}", hint="write tcp://HOST:1234")
    if bool(wish.cert) != bool(wish.key):
        raise UsageError("--cert and --key belong together", hint="give both, or neither")
    for file in (wish.ca, wish.cert, wish.key):
        if file is not None and not file.is_file():
            raise UsageError(f"{file} is not there", hint="give the path of a PEM file on this machine")


def create(wish: BuilderWish) -> Builder:
    """Make the builder and see each of its nodes answer; it is given back as buildx lists it.

    Raises UsageError for a bad wish or a name that is taken, EngineError where it does not start (then it is gone
    again).
    """
    check(wish)
    if any(b.name == wish.name for b in list_builders()):
        raise UsageError(f"there is a builder {wish.name} already", hint=f"`bakehouse builder rm {wish.name}` first")
    try:
        for argv in commands(wish):
            run(argv, timeout=START_SECONDS)
        run(buildx.inspect_builder(wish.name, bootstrap=True), timeout=START_SECONDS)
        made = next(b for b in list_builders() if b.name == wish.name)
    except ToolError as error:
        run(buildx.remove_builder(wish.name), check=False)
        raise EngineError(f"{wish.name} does not start: {_why(error)}", hint=_advice(wish)) from error
    dead = [n for n in made.nodes if n.status != "running" or n.error]
    if dead:
        run(buildx.remove_builder(wish.name), check=False)
        named = "; ".join(f"{n.endpoint}: {n.error or n.status}" for n in dead)
        raise EngineError(f"{wish.name} does not answer ({named}); it was not kept", hint=_advice(wish))
    return made


def remove(name: str, *, keep_state: bool) -> None:
    """Remove a builder. Raises UsageError for one that is not there or is the engine's own."""
    found = known(name)
    if found.driver == "docker":
        raise UsageError(f"{name} is the engine itself and cannot be removed", hint="stop the engine, or leave it")
    run(buildx.remove_builder(name, keep_state=keep_state), timeout=START_SECONDS)


def known(name: str) -> Builder:
    """The builder of that name. Raises UsageError, with the nearest name, where there is none."""
    builders = {b.name: b for b in list_builders()}
    if name not in builders:
        near = difflib.get_close_matches(name, builders, n=1)
        hint = f"did you mean {near[0]}?" if near else f"known: {', '.join(builders)}"
        raise UsageError(f"there is no builder {name}", hint=hint)
    return builders[name]


def _why(error: ToolError) -> str:
    lines = error.stderr.strip().splitlines()
    return lines[-1].removeprefix("ERROR: ") if lines else error.message


def _advice(wish: BuilderWish) -> str:
    return {
        "remote": "is buildkitd running there, and do address and TLS files belong to it?",
        "docker-container": "it needs BuildKit's image: name one that can be had with --option image=REF",
        "kubernetes": "is kubectl set to the right cluster (KUBECONFIG), and may you make deployments there?",
    }[wish.driver]

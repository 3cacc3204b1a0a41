"""Substitutes for base images. In: references. Out: images in the local registry, and what happened to each.

Debian's root file system comes from one mmdebstrap run; every other substitute is a Dockerfile on top of it.
A substitute carries the hash of its recipe as a label, so that a second call makes only what changed.
"""

from __future__ import annotations

import json
import shutil
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from bakehouse.build import recipes
from bakehouse.build.platforms import host_architecture, normal, tag_suffix
from bakehouse.errors import BakehouseError, RegistryError, ToolError
from bakehouse.tools import buildx, mmdebstrap
from bakehouse.tools import registry as registries
from bakehouse.tools.run import run

PREFIX = "bakehouse/bases"
LABEL = "org.bakehouse.base.recipe"
BUILD_TIMEOUT_SECONDS = 1800.0
_PARALLEL = 2  # steps are mostly unpacking: more would only wait for the same disk


@dataclass(frozen=True, slots=True)
class BootstrapResult:
    """What happened to one reference; `name` is where its substitute lies, `seconds` what it took."""

    ref: str
    status: Literal["built", "kept", "failed", "impossible"]
    name: str | None
    digest: str | None
    seconds: float
    reason: str


@dataclass(frozen=True, slots=True)
class _Order:
    """A substitute to make: `digest` is the recipe's hash, `platforms` those it must have."""

    ref: str
    name: str
    recipe: recipes.Recipe
    stage: str
    digest: str
    platforms: tuple[str, ...]


def substitute_name(ref: str, registry: str) -> str | None:
    """Where the substitute of a reference lies; None for what is pinned by digest or lies in `registry` itself."""
    try:
        reference = registries.parse(ref)
    except RegistryError:
        return None
    if reference.digest or reference.registry == registry:
        return None
    path = reference.repository
    if reference.registry != "docker.io":
        path = f"{reference.registry.replace(':', '-')}/{path}"
    return f"{registry}/{PREFIX}/{path}:{reference.tag}"


def bootstrap(
    refs: Iterable[str],
    *,
    registry: str,
    force: bool = False,
    say: Callable[[str], None],
    ca_file: Path | None,
    platforms: Sequence[str] = (),
) -> list[BootstrapResult]:
    """Make and push what is missing; keep what was made from the same recipe (unless `force`).

    With `platforms` for these, in one index; else for this machine's own. What a substitute has already it keeps.

    `ca_file` is a bundle for the steps that speak TLS. One failure does not stop the others; it is in the
    result. Raises RegistryError where the local registry cannot be used at all.
    """
    wanted = tuple(dict.fromkeys(normal(p) for p in platforms)) or (f"linux/{host_architecture()}",)
    orders, results = _orders(dict.fromkeys(refs), registry, wanted)
    if not orders:
        return results
    parent = _order(recipes.PARENT_REF, registry, wanted)
    assert isinstance(parent, _Order)
    base = _make_one(parent, None, force, say, ca_file)
    if base.status == "failed":
        return [*results, *(_end(o, "failed", base.reason) for o in orders)]
    groups: dict[str, list[_Order]] = {}
    for order in orders:
        if order.name == parent.name:
            results.append(base)
        else:
            groups.setdefault(order.recipe.recipe, []).append(order)
    context = f"{parent.name}@{base.digest}"
    with ThreadPoolExecutor(max_workers=_PARALLEL) as pool:
        made = pool.map(lambda g: [_make_one(o, context, force, say, ca_file) for o in g], groups.values())
        results += [result for group in made for result in group]
    return results


def _orders(
    refs: Iterable[str], registry: str, platforms: tuple[str, ...]
) -> tuple[list[_Order], list[BootstrapResult]]:
    """What can be made, and the results for what cannot."""
    orders, refused = [], []
    for ref in refs:
        found = _order(ref, registry, platforms)
        if isinstance(found, _Order):
            orders.append(found)
        else:
            refused.append(BootstrapResult(ref, "impossible", None, None, 0.0, found))
    return orders, refused


def _order(ref: str, registry: str, platforms: tuple[str, ...]) -> _Order | str:
    reference = registries.parse(ref)
    reason = recipes.why_not(reference)
    if reason:
        return reason
    recipe = recipes.find(reference)
    name = substitute_name(ref, registry)
    assert recipe and name
    stage = recipe.stage(reference.tag) or "full"
    if recipe.recipe == recipes.PARENT:
        stage = "slim"  # one root file system for all its tags
    return _Order(ref, name, recipe, stage, recipe.digest(stage), platforms)


def _make_one(
    order: _Order, parent: str | None, force: bool, say: Callable[[str], None], ca_file: Path | None
) -> BootstrapResult:
    begin = time.monotonic()
    label = order.digest
    if parent and order.recipe.recipe != recipes.PARENT:
        label += f" on {_native_digest(parent)}"
    there = _platforms(order.name)
    if not force and there.issuperset(order.platforms) and (registries.labels(order.name) or {}).get(LABEL) == label:
        return _end(order, "kept", "made from the same recipe", registries.manifest_digest(order.name))
    order = replace(order, platforms=tuple(sorted(there | set(order.platforms))))
    say(f"making {order.ref}" + (f" for {', '.join(order.platforms)}" if len(order.platforms) > 1 else ""))
    try:
        if parent is None:
            _build_debian(order, label)
        elif order.recipe.recipe == recipes.PARENT:
            run(buildx.copy_tag(parent, order.name))
        else:
            _build(order, order.recipe.folder, label, parent, ca_file)
        digest = registries.manifest_digest(order.name)
    except BakehouseError as error:
        say(f"failed {order.ref}: {error.message}")
        return _end(order, "failed", _why(error), seconds=time.monotonic() - begin)
    seconds = time.monotonic() - begin
    say(f"made {order.ref} in {seconds:.0f} s")
    return _end(order, "built", order.recipe.offers, digest, seconds)


def _build(order: _Order, folder: Path, label: str, parent: str | None, ca_file: Path | None) -> None:
    argv = buildx.build(
        folder,
        stage=order.stage,
        tag=order.name,
        labels={LABEL: label},
        contexts={recipes.PARENT_REF: f"docker-image://{parent}"} if parent else {},
        secrets={"bakehouse-ca": ca_file} if ca_file else {},
        platforms=order.platforms,
    )
    run(argv, timeout=BUILD_TIMEOUT_SECONDS)


def _build_debian(order: _Order, label: str) -> None:
    """The root file system and the recipe's files, together in one passing context; for several platforms an index."""
    made = {p: order.name + tag_suffix(p) for p in order.platforms}
    if len(made) == 1:
        made = {order.platforms[0]: order.name}
    for platform, name in made.items():
        with tempfile.TemporaryDirectory(prefix="bakehouse-debian-") as directory:
            context = Path(directory)
            for file in order.recipe.folder.iterdir():
                shutil.copy2(file, context)
            architecture = platform.partition("/")[2]
            foreign = None if architecture == host_architecture() else architecture
            mmdebstrap.make(context / "rootfs.tar", suite="trixie", architecture=foreign)
            _build(replace(order, name=name, platforms=(platform,)), context, label, None, None)
    if len(made) > 1:
        run(buildx.join_tags(tuple(made.values()), order.name))


def _native_digest(name: str) -> str:
    """The digest of this machine's image in a substitute: another platform beside it makes it no other one."""
    manifest = registries.manifest(name)
    for entry in manifest.json().get("manifests", ()) if manifest else ():
        if (entry.get("platform") or {}).get("architecture") == host_architecture():
            return str(entry["digest"])
    return name.partition("@")[2]


def _platforms(name: str) -> set[str]:
    """What a substitute is there for; empty where there is none. One that is no index is for one platform."""
    manifest = registries.manifest(name)
    if manifest is None:
        return set()
    body = manifest.json()
    if "manifests" in body:
        found = [entry.get("platform") or {} for entry in body["manifests"]]
    else:
        found = [json.loads(registries.blob(name, str(body["config"]["digest"])))]
    return {normal(f"{p['os']}/{p['architecture']}") for p in found if p.get("os", "unknown") != "unknown"}


def _why(error: BakehouseError) -> str:
    """The message, and for a failed command what it wrote last."""
    if not isinstance(error, ToolError):
        return str(error)
    return "\n".join([error.message, *error.stderr.strip().splitlines()[-12:]])


def _end(
    order: _Order,
    status: Literal["built", "kept", "failed"],
    reason: str,
    digest: str | None = None,
    seconds: float = 0.0,
) -> BootstrapResult:
    return BootstrapResult(order.ref, status, order.name, digest, round(seconds, 3), reason)

"""Substitutes for base images. In: references. Out: images in the local registry, and what happened to each.

Debian's root file system comes from one mmdebstrap run; every other substitute is a Dockerfile on top of it.
A substitute carries the hash of its recipe as a label, so that a second call makes only what changed.
"""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from bakehouse.build import recipes
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
    """A substitute to make: `digest` is the recipe's hash."""

    ref: str
    name: str
    recipe: recipes.Recipe
    stage: str
    digest: str


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
) -> list[BootstrapResult]:
    """Make and push what is missing; keep what was made from the same recipe (unless `force`).

    `ca_file` is a bundle for the steps that speak TLS. One failure does not stop the others; it is in the
    result. Raises RegistryError where the local registry cannot be used at all.
    """
    orders, results = _orders(dict.fromkeys(refs), registry)
    if not orders:
        return results
    parent = _order(recipes.PARENT_REF, registry)
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


def _orders(refs: Iterable[str], registry: str) -> tuple[list[_Order], list[BootstrapResult]]:
    """What can be made, and the results for what cannot."""
    orders, refused = [], []
    for ref in refs:
        found = _order(ref, registry)
        if isinstance(found, _Order):
            orders.append(found)
        else:
            refused.append(BootstrapResult(ref, "impossible", None, None, 0.0, found))
    return orders, refused


def _order(ref: str, registry: str) -> _Order | str:
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
    return _Order(ref, name, recipe, stage, recipe.digest(stage))


def _make_one(
    order: _Order, parent: str | None, force: bool, say: Callable[[str], None], ca_file: Path | None
) -> BootstrapResult:
    begin = time.monotonic()
    label = order.digest
    if parent and order.recipe.recipe != recipes.PARENT:
        label += f" on {parent.partition('@')[2]}"
    if not force and (registries.labels(order.name) or {}).get(LABEL) == label:
        return _end(order, "kept", "made from the same recipe", registries.manifest_digest(order.name))
    say(f"making {order.ref}")
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
    )
    run(argv, timeout=BUILD_TIMEOUT_SECONDS)


def _build_debian(order: _Order, label: str) -> None:
    """The root file system and the recipe's files, together in one passing context."""
    with tempfile.TemporaryDirectory(prefix="bakehouse-debian-") as directory:
        context = Path(directory)
        for file in order.recipe.folder.iterdir():
            shutil.copy2(file, context)
        mmdebstrap.make(context / "rootfs.tar", suite="trixie")
        _build(order, context, label, None, None)


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

"""Releases of distributions and runtimes: until when each is supported, and what to move to.

Enter an image reference; leave what is known of its release. The data are in releases.toml, each product with
the address where its makers publish the dates.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

import msgspec

from bakehouse.config import LintSection
from bakehouse.dockerfile.imageref import ImageRef

_DATA = Path(__file__).with_name("releases.toml")
_VERSION = re.compile(r"v?([0-9]+(?:\.[0-9]+)*)(?:-|\Z)")
_VARIANTS = frozenset({"", "slim", "alpine", "minimal", "fpm", "cli", "apache", "jdk", "jre"})
"""Parts of tags that newer releases have too."""


class Product(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One product. `ends` maps a release to its last day of support, `code_names` other tags to releases;
    `recommended` are releases to move to, newest first. `images` are names without `docker.io/library/`."""

    name: str
    images: tuple[str, ...]
    source: str
    ends: dict[str, date]
    code_names: dict[str, str] = {}
    recommended: tuple[str, ...] = ()


class _Data(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    product: tuple[Product, ...]


@dataclass(frozen=True, slots=True)
class Release:
    """A release as a tag names it: the product, the release, its last day, and the part of the tag that said so."""

    product: Product
    version: str
    end: date
    part: str

    def __str__(self) -> str:
        return f"{self.product.name} {self.version}"


def today(settings: LintSection) -> date:
    """The day with which dates are compared: `as_of` of [lint], else today."""
    return settings.as_of or date.today()


@cache
def products() -> dict[str, Product]:
    """All products by the name of their images."""
    found = msgspec.convert(tomllib.loads(_DATA.read_text(encoding="utf-8")), _Data).product
    return {image: product for product in found for image in product.images}


def product_of(image: ImageRef) -> Product | None:
    """The product that an image is a release of."""
    name = image.name.removeprefix("docker.io/").removeprefix("library/")
    return products().get(name)


def releases_of(image: ImageRef) -> Iterator[Release]:
    """The releases that an image's tag names: of the product itself, and of the distribution below it."""
    product, tag = product_of(image), image.tag
    if product is None or tag is None:
        return
    version = _VERSION.match(tag)
    parts = tag.split("-")
    if version is not None:
        found = _longest(product, version[1])
        if found is not None:
            yield Release(product, found, product.ends[found], version[1])
    for part in parts:
        if part in product.code_names:
            named = product.code_names[part]
            yield Release(product, named, product.ends[named], part)
        elif product.name not in ("Debian", "Ubuntu", "Alpine"):
            yield from _below(part)


def _below(part: str) -> Iterator[Release]:
    """`bookworm` and `alpine3.19` in the tag of a runtime."""
    for distribution in ("debian", "ubuntu"):
        product = products()[distribution]
        if part in product.code_names:
            named = product.code_names[part]
            yield Release(product, named, product.ends[named], part)
    alpine = products()["alpine"]
    version = part.removeprefix("alpine")
    if version != part and version in alpine.ends:
        yield Release(alpine, version, alpine.ends[version], part)


def _longest(product: Product, version: str) -> str | None:
    """The release of `3.8.10`: 3.8.10, 3.8 or 3, whichever is in the data."""
    parts = version.split(".")
    return next((v for n in range(len(parts), 0, -1) if (v := ".".join(parts[:n])) in product.ends), None)


def newest(product: Product, day: date) -> str | None:
    """The newest release to move to that is supported on `day`."""
    return next((v for v in product.recommended if product.ends[v] >= day), None)


def nearest(product: Product, day: date) -> str | None:
    """The oldest release to move to that is supported on `day`: the smallest jump."""
    return next((v for v in reversed(product.recommended) if product.ends[v] >= day), None)


def moved_tag(image: ImageRef, day: date) -> str | None:
    """The image's tag with every release that has ended replaced; None where no such tag is sure to exist."""
    ended = [release for release in releases_of(image) if release.end < day]
    if not ended or image.tag is None or image.digest:
        return None
    parts = image.tag.split("-")
    own = product_of(image)
    for release in ended:
        if release.product is own:
            target = nearest(release.product, day)
            if target is None:
                return None
            at = next(n for n, part in enumerate(parts) if part.removeprefix("v") == release.part)
            by_name = {version: name for name, version in own.code_names.items()}
            parts[at] = by_name.get(target, target) if release.part in own.code_names else target
        elif release.product.name == "Alpine":
            parts[parts.index(release.part)] = "alpine"
        else:
            parts.remove(release.part)
    known = {release.part for release in releases_of(image)}
    kept = [p for p in image.tag.split("-") if p.removeprefix("v") not in known]
    return "-".join(parts) if parts and all(part in _VARIANTS for part in kept) else None


def versioned_tag(image: ImageRef, day: date) -> str | None:
    """A tag that names the newest release, for an image whose tag names none (`latest`, `slim`); None if unknown."""
    product = product_of(image)
    version = newest(product, day) if product else None
    tag = image.tag or "latest"
    if version is None or image.digest:
        return None
    if tag == "latest":
        return version
    return f"{version}-{tag}" if all(part in _VARIANTS for part in tag.split("-")) else None

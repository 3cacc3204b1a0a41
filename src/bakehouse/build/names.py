"""Names the builders of images agree on: bake target ids, image tags, cache references."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

from bakehouse.build.platforms import tag_suffix
from bakehouse.config import Config
from bakehouse.model.service import Service

DEFAULT_VARIANT = "prod"
IDENTITY_TAG_PREFIX = "id-"
PUSHING_TAG_PREFIX = "pushing-"
_LONGEST_TAG = 128


def target_id(service: str, variant: str) -> str:
    """The bake target of a service in a variant: bake allows letters, digits, _ and - only."""
    name = re.sub(r"[^A-Za-z0-9_-]+", "-", service).strip("-") or "service"
    return name if variant == DEFAULT_VARIANT else f"{name}-{variant}"


def image_name(service: str, config: Config) -> str:
    """`namespace/service`, lower case, as image references demand."""
    return f"{config.registry.namespace}/{re.sub(r'[^a-z0-9._-]+', '-', service.lower()).strip('-._')}"


def tags(service: Service, variant: str, config: Config, *, push: bool) -> tuple[str, ...]:
    """The tags of one image: `namespace/service:variant` locally, the same below the registry for a push.

    A compose file's own `image:` name is added for the default variant, so that compose finds what was built.
    """
    own = f"{image_name(service.name, config)}:{variant}"
    if push:
        return (f"{config.registry.url}/{own}",)
    names = [own]
    if service.image and variant == DEFAULT_VARIANT:
        image = service.image if ":" in service.image.rpartition("/")[2] else f"{service.image}:latest"
        names.append(image)
    return tuple(dict.fromkeys(names))


def pushing_tag(tag: str) -> str:
    """The name an image is pushed under before its own tags are put on it.

    Engines with the containerd store put every manifest of an index under the tag before the index itself (moby#49949):
    a push cut off would leave a release tag on an attestation. So a release tag is never pushed, only moved.
    """
    name, _, own = tag.rpartition(":")
    return f"{name}:{PUSHING_TAG_PREFIX}{own}"[: len(name) + 1 + _LONGEST_TAG]


def identity_tag(tag: str, identity: str) -> str:
    """The name an image has by its identity: the repository of one of its tags, and `id-` with 40 hex digits."""
    name, _, _ = tag.rpartition(":")
    return f"{name}:{IDENTITY_TAG_PREFIX}{identity.removeprefix('sha256:')[:40]}"


def platform_tags(tags: Iterable[str], platforms: Collection[str]) -> tuple[tuple[str, str], ...]:
    """Tags of single platforms beside those of the index: (`name:tag-arm64`, `linux/arm64`); none for one."""
    if len(platforms) < 2:
        return ()
    return tuple((tag + tag_suffix(platform), platform) for tag in tags for platform in platforms)

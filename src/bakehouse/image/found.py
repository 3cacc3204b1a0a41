"""An image as its source gives it: names, configuration, and the content of its layers."""

from __future__ import annotations

from dataclasses import dataclass

from bakehouse.errors import ImageError
from bakehouse.image.documents import Descriptor, ImageConfig, Manifest
from bakehouse.image.layer_tar import LayerContent


@dataclass(frozen=True, slots=True)
class FoundImage:
    """One image, its layers lowest first. `compressed`: whether `blob_bytes` of its layers are what a pull moves.

    `tags` are all names that the source gives it.
    """

    name: str
    source: str
    config: ImageConfig
    layers: tuple[LayerContent, ...]
    compressed: bool
    provenance: bytes | None = None
    tags: tuple[str, ...] = ()


def choose(manifest: Manifest, platform: str | None, name: str) -> Descriptor:
    """The image of an index: the one for `platform` (os/architecture), the only one, or the first.

    Raises ImageError where the index has no image, or none for the platform that was asked for.
    """
    images = [d for d in manifest.manifests if not d.is_attestation]
    if not images:
        raise ImageError(f"{name} has no image in its index")
    if platform is None:
        return images[0]
    for found in images:
        if found.platform is not None and str(found.platform).startswith(platform):
            return found
    have = ", ".join(str(d.platform) for d in images if d.platform) or "none is named"
    raise ImageError(f"{name} has no image for {platform}", hint=f"platforms there: {have}")


def checked(config: ImageConfig, layers: tuple[LayerContent, ...], name: str) -> tuple[LayerContent, ...]:
    """The layers, if they are those that the configuration names. Raises ImageError."""
    promised = config.rootfs.diff_ids
    if tuple(layer.diff_id for layer in layers) != promised:
        raise ImageError(
            f"the layers of {name} are not those of its configuration ({len(layers)} found, {len(promised)} named)",
            hint="pull or save the image again; if it stays so, do not trust it",
        )
    return layers

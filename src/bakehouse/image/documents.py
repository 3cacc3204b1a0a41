"""The JSON of images: manifests, indexes, configurations, and the manifest.json of `docker image save`.

Bytes go in, frozen structs come out. What we do not know is ignored; what is wrong is an ImageError.
"""

from __future__ import annotations

from typing import TypeVar

import msgspec

from bakehouse.errors import ImageError

MAX_BYTES = 8 << 20
"""No manifest or configuration is larger."""

ATTESTATION = "attestation-manifest"
"""The value of the annotation vnd.docker.reference.type on a manifest that is no image (buildkit, attestation docs)."""


class Platform(msgspec.Struct, frozen=True):
    """What an image runs on."""

    os: str = ""
    architecture: str = ""
    variant: str = ""

    def __str__(self) -> str:
        return "/".join(part for part in (self.os, self.architecture, self.variant) if part)


class Descriptor(msgspec.Struct, frozen=True, rename="camel"):
    """A pointer to a blob: its digest, its size in bytes as it lies there, what it is."""

    digest: str
    size: int = 0
    media_type: str = ""
    platform: Platform | None = None
    annotations: dict[str, str] | None = None

    @property
    def is_attestation(self) -> bool:
        """Whether it describes another image instead of being one."""
        return (self.annotations or {}).get("vnd.docker.reference.type") == ATTESTATION


class Manifest(msgspec.Struct, frozen=True, rename="camel"):
    """A manifest (`config` and `layers`) or an index (`manifests`)."""

    config: Descriptor | None = None
    layers: tuple[Descriptor, ...] = ()
    manifests: tuple[Descriptor, ...] = ()


class History(msgspec.Struct, frozen=True):
    """One step of an image's making. `empty_layer`: it left no layer."""

    created_by: str = ""
    comment: str = ""
    empty_layer: bool = False


class RootFs(msgspec.Struct, frozen=True):
    """The digests of the plain layers, lowest first."""

    diff_ids: tuple[str, ...] = ()


class HealthCheck(msgspec.Struct, frozen=True, rename="pascal"):
    """How a container's health is asked for; times in nanoseconds, 0 where the engine's default holds."""

    test: tuple[str, ...] | None = None
    interval: int = 0
    timeout: int = 0
    start_period: int = 0
    start_interval: int = 0
    retries: int = 0


class ContainerConfig(msgspec.Struct, frozen=True, rename="pascal"):
    """How a container of the image starts (OCI image spec, config.md; `Healthcheck` and `Shell` are Docker's).

    Ports and volumes are the keys of their maps.
    """

    user: str = ""
    exposed_ports: dict[str, msgspec.Raw] | None = None
    env: tuple[str, ...] | None = None
    entrypoint: tuple[str, ...] | str | None = None
    cmd: tuple[str, ...] | str | None = None
    volumes: dict[str, msgspec.Raw] | None = None
    working_dir: str = ""
    labels: dict[str, str] | None = None
    stop_signal: str = ""
    healthcheck: HealthCheck | None = None
    shell: tuple[str, ...] | None = None
    on_build: tuple[str, ...] | None = None


class ImageConfig(msgspec.Struct, frozen=True):
    """An image's configuration: how it starts, and what tells of its layers."""

    os: str = ""
    architecture: str = ""
    variant: str = ""
    history: tuple[History, ...] | None = None
    rootfs: RootFs = RootFs()
    config: ContainerConfig | None = None

    @property
    def platform(self) -> str:
        """`linux/amd64`."""
        return str(Platform(self.os, self.architecture, self.variant))


class SavedImage(msgspec.Struct, frozen=True, rename="pascal"):
    """One image of `docker image save`: names of files in the archive."""

    config: str
    repo_tags: tuple[str, ...] | None = None
    layers: tuple[str, ...] = ()


T = TypeVar("T")


def read_json(data: bytes, kind: type[T], what: str) -> T:
    """Decode one document. Raises ImageError with `what` in it."""
    try:
        return msgspec.json.decode(data, type=kind)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise ImageError(f"{what} cannot be read: {error}", hint="is it an image?") from None

"""What a base image is, told from its name alone: the distribution and the kind of thing in it.

Enter a stage; leave a `Distribution`. Unknown names are UNKNOWN: rules then offer no fix that hangs on it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import StrEnum
from functools import lru_cache

from bakehouse.dockerfile.imageref import ImageRef
from bakehouse.dockerfile.stages import Stage
from bakehouse.dockerfile.state import StageMeaning
from bakehouse.lint.subject import Subject, once


class Distribution(StrEnum):
    """The family of a base image, by its package manager."""

    DEBIAN = "debian"
    ALPINE = "alpine"
    REDHAT = "redhat"
    SUSE = "suse"
    SCRATCH = "scratch"
    DISTROLESS = "distroless"
    WINDOWS = "windows"
    UNKNOWN = "unknown"


_BY_TAG = (
    (re.compile(r"alpine"), Distribution.ALPINE),
    (re.compile(r"nanoserver|servercore|windows"), Distribution.WINDOWS),
    (
        re.compile(r"bookworm|bullseye|buster|trixie|stretch|noble|jammy|focal|bionic|slim|ubuntu|debian"),
        Distribution.DEBIAN,
    ),
    (re.compile(r"ubi\d|centos|rocky|fedora|alma"), Distribution.REDHAT),
)  # fmt: skip
_BY_NAME = {
    "debian": Distribution.DEBIAN, "ubuntu": Distribution.DEBIAN, "buildpack-deps": Distribution.DEBIAN,
    "alpine": Distribution.ALPINE, "fedora": Distribution.REDHAT, "centos": Distribution.REDHAT,
    "rockylinux": Distribution.REDHAT, "almalinux": Distribution.REDHAT, "oraclelinux": Distribution.REDHAT,
    "amazonlinux": Distribution.REDHAT, "ubi8": Distribution.REDHAT, "ubi9": Distribution.REDHAT,
    "ubi-minimal": Distribution.REDHAT, "leap": Distribution.SUSE, "tumbleweed": Distribution.SUSE,
}  # fmt: skip
_DEBIAN_BY_DEFAULT = frozenset({
    "node", "python", "golang", "ruby", "rust", "php", "perl", "gcc", "openjdk", "postgres", "mysql", "mariadb",
    "redis", "nginx", "httpd", "haproxy", "mongo", "tomcat", "elixir", "erlang", "julia", "cassandra", "neo4j",
    "rabbitmq", "wordpress", "drupal", "eclipse-temurin",
})  # fmt: skip
"""Official images whose plain tags are Debian or Ubuntu."""


@once
def _roots(subject: Subject) -> Iterator[Stage]:
    """For each stage the one that it starts from in the end, through stages of the same file."""
    known: list[Stage] = []
    for meaning in subject.stages:
        origin = meaning.stage.origin.stage
        known.append(meaning.stage if origin is None else known[origin])
        yield known[-1]


def root_image(stage: StageMeaning, subject: Subject) -> ImageRef | None:
    """The image that a stage starts from in the end, through stages of the same file; None where not known."""
    return _roots(subject)[stage.stage.index].origin.image


def distribution(stage: StageMeaning, subject: Subject) -> Distribution:
    """The family of a stage's base image."""
    found = _roots(subject)[stage.stage.index]
    if found.base == "scratch":
        return Distribution.SCRATCH
    image = found.origin.image
    return Distribution.UNKNOWN if image is None or not found.base_certain else of_image(image)


def is_windows(stage: StageMeaning, subject: Subject) -> bool:
    """Whether a stage's RUNs are no POSIX shell's but Windows'."""
    return subject.tree.escape == "`" or distribution(stage, subject) is Distribution.WINDOWS


@lru_cache(maxsize=1024)
def of_image(image: ImageRef) -> Distribution:
    """The family of an image, from its name and tag."""
    name = image.path.rpartition("/")[2]
    if "distroless" in image.path:
        return Distribution.DISTROLESS
    if name in _BY_NAME:
        return _BY_NAME[name]
    for pattern, family in _BY_TAG:
        if pattern.search(image.tag or "") or pattern.search(name):
            return family
    if image.registry == "docker.io" and image.path.startswith("library/") and name in _DEBIAN_BY_DEFAULT:
        return Distribution.DEBIAN
    return Distribution.UNKNOWN


_AT_ROOT = frozenset({
    "debian", "ubuntu", "alpine", "busybox", "fedora", "rockylinux", "almalinux", "oraclelinux", "amazonlinux",
    "buildpack-deps", "node", "python", "ruby", "rust", "eclipse-temurin", "gcc", "nginx", "postgres", "mysql",
    "mariadb", "maven", "openjdk", "centos",
})  # fmt: skip
"""Official images that set no WORKDIR."""


def starts_at_root(stage: StageMeaning, subject: Subject) -> bool:
    """Whether the working directory of a stage's base image is certainly `/`."""
    image = root_image(stage, subject)
    if image is None or image.registry != "docker.io" or not image.path.startswith("library/"):
        return False
    return image.path.removeprefix("library/") in _AT_ROOT


_ARCHITECTURES = {
    "amd64": ("amd64", "x86", "x64"), "arm64": ("arm64", "aarch64", "arm"), "arm": ("arm", "armhf", "armel", "armv"),
    "386": ("386", "i386", "x86"),
}  # fmt: skip


def says_architecture(text: str, arch: str) -> bool:
    """Whether a stage's name or a file's path has one of the words for an architecture: `build-arm64`, `arm32v7/`."""
    words = re.split(r"[^a-z0-9]+", text.lower())
    wanted = _ARCHITECTURES.get(arch, (arch,))
    return any(word.startswith(wanted) for word in words)

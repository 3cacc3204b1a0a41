"""Image references: short names to full ones and back, as Docker's reference grammar has it.

Enter `alpine:3`, `ghcr.io/a/b@sha256:...`; leave an `ImageRef`, or ImageRefError.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

DEFAULT_REGISTRY = "docker.io"
MAX_NAME = 255

_COMPONENT = r"[a-z0-9]+(?:(?:[._]|__|[-]+)[a-z0-9]+)*"
_LABEL = r"(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])"
_DOMAIN = rf"(?:{_LABEL}(?:\.{_LABEL})*|\[[a-fA-F0-9:]+\])(?::[0-9]+)?"
_REFERENCE = re.compile(
    rf"(?:({_DOMAIN})/)?({_COMPONENT}(?:/{_COMPONENT})*)(?::([A-Za-z0-9_][A-Za-z0-9_.-]{{0,127}}))?"
    r"(?:@([A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}))?\Z"
)
_IDENTIFIER = re.compile(r"[a-f0-9]{64}\Z")
_DIGEST_SIZES = {"sha256": 64, "sha384": 96, "sha512": 128}


class ImageRefError(ValueError):
    """The text is no image reference."""


@dataclass(frozen=True, slots=True)
class ImageRef:
    """A parsed reference. `path` has no registry (`library/alpine`); tag and digest are None where absent."""

    registry: str
    path: str
    tag: str | None = None
    digest: str | None = None

    @property
    def name(self) -> str:
        """Registry and path: `docker.io/library/alpine`."""
        return f"{self.registry}/{self.path}"

    @property
    def full(self) -> str:
        """Everything, with the tag `latest` where neither tag nor digest is given."""
        tag = self.tag or (None if self.digest else "latest")
        return self.name + self._tail(tag)

    @property
    def familiar(self) -> str:
        """The shortest form people write: `alpine:3`. Tag and digest as given."""
        path = self.path
        if self.registry != DEFAULT_REGISTRY:
            return self.name + self._tail(self.tag)
        if path.startswith("library/") and path.count("/") == 1:
            path = path.removeprefix("library/")
        return path + self._tail(self.tag)

    @property
    def context_name(self) -> str:
        """The name under which a named context replaces this image."""
        return self.familiar.removesuffix(":latest")

    def _tail(self, tag: str | None) -> str:
        return (f":{tag}" if tag else "") + (f"@{self.digest}" if self.digest else "")

    def __str__(self) -> str:
        return self.full


def parse_image(text: str) -> ImageRef:
    """The reference that `text` writes, short or full. Raises ImageRefError."""
    if _IDENTIFIER.match(text):
        raise ImageRefError(f"invalid repository name ({text}), cannot specify 64-byte hexadecimal strings")
    registry, rest = _split_registry(text)
    path = rest.split("@", 1)[0]
    head, _, last = path.rpartition("/")
    path = (head + "/" if head else "") + last.split(":", 1)[0]
    if path != path.lower():
        raise ImageRefError(f"invalid reference format: repository name ({path}) must be lowercase")
    match = _REFERENCE.match(f"{registry}/{rest}")
    if match is None or match[1] is None:
        raise ImageRefError(f'invalid reference format: "{text}"')
    if len(match[2]) > MAX_NAME:
        raise ImageRefError(f"repository name must not be more than {MAX_NAME} characters")
    if match[4]:
        algorithm, _, value = match[4].partition(":")
        if len(value) != _DIGEST_SIZES.get(algorithm) or value != value.lower():
            raise ImageRefError(f'invalid digest in "{text}"')
    return ImageRef(match[1], match[2], match[3], match[4])


def _split_registry(text: str) -> tuple[str, str]:
    head, slash, rest = text.partition("/")
    if not slash or (not any(c in head for c in ".:") and head != "localhost" and head == head.lower()):
        head, rest = DEFAULT_REGISTRY, text
    if head == "index.docker.io":
        head = DEFAULT_REGISTRY
    if head == DEFAULT_REGISTRY and "/" not in rest:
        rest = "library/" + rest
    return head, rest

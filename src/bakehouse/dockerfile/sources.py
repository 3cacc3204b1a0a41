"""Where the files of COPY, ADD and mounts come from: the context, another stage, an image, the network.

Enter one instruction with its expanded arguments; leave its `Source`s.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from bakehouse.dockerfile.stages import Origin, OriginKind
from bakehouse.dockerfile.syntax import Instruction, Span

_PROTOCOL = re.compile(r"([a-zA-Z0-9]+)://")
_SCP = re.compile(r"[a-zA-Z0-9\-_]+@[a-zA-Z0-9\-.]+:")


class SourceKind(StrEnum):
    """What a source is."""

    CONTEXT = "context"
    STAGE = "stage"
    IMAGE = "image"
    NAMED_CONTEXT = "named-context"
    SCRATCH = "scratch"
    URL = "url"
    GIT = "git"
    HEREDOC = "heredoc"


@dataclass(frozen=True, slots=True)
class Source:
    """One source of a COPY, an ADD or a bind mount.

    `path` is expanded and as written otherwise: relative or absolute, it starts at the root of its origin
    and may hold wildcards (not for mounts). For URL and GIT it is the address, for HEREDOC the file's
    name. `certain` is False where a variable that only the base image knows decides it: then treat it as
    the whole origin. `excludes` are --exclude patterns, `parents` is --parents.
    """

    kind: SourceKind
    path: str
    certain: bool
    instruction: Instruction
    span: Span
    origin: Origin | None = None
    excludes: tuple[str, ...] = ()
    parents: bool = False
    is_mount: bool = False

    @property
    def context_path(self) -> str:
        """The path below the origin's root without leading slash, dots or trailing slash; "." is all of it."""
        parts: list[str] = []
        for part in self.path.split("/"):
            if part == "..":
                del parts[-1:]
            elif part not in ("", "."):
                parts.append(part)
        return "/".join(parts) or "."


def origin_kind(origin: Origin | None) -> SourceKind:
    """The kind of a source that is taken from `origin`; None is the build context."""
    if origin is None:
        return SourceKind.CONTEXT
    return {
        OriginKind.STAGE: SourceKind.STAGE,
        OriginKind.IMAGE: SourceKind.IMAGE,
        OriginKind.NAMED_CONTEXT: SourceKind.NAMED_CONTEXT,
        OriginKind.SCRATCH: SourceKind.SCRATCH,
    }[origin.kind]


def remote_kind(path: str) -> SourceKind | None:
    """GIT or URL where BuildKit reads a source of ADD as an address, else None."""
    if path.startswith(("./", "../")):
        return None
    match = _PROTOCOL.match(path)
    if match is None:
        return SourceKind.GIT if _SCP.match(path) else None
    protocol = match[1].lower()
    if protocol in ("ssh", "git"):
        return SourceKind.GIT
    if protocol not in ("http", "https"):
        return None
    bare = path.split("#", 1)[0].split("?", 1)[0]
    host_and_path = bare[match.end() :]
    if "/" in host_and_path and bare.endswith(".git"):
        return SourceKind.GIT
    return SourceKind.URL if path.startswith(("http://", "https://")) else None

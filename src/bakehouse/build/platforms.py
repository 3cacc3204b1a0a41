"""Platforms: what runs natively where, what must be emulated, and what cannot be built at all.

In: platform names as buildx lists them (the worker's own first) and those that are wanted. Out: a Fit, or a
comparison. Names are Docker's: os/architecture[/variant].
"""

from __future__ import annotations

import platform as machine_platform
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

# What a processor runs beside its own architecture, without an emulator.
_ALSO_NATIVE = {"amd64": ("386",), "arm64": ("arm",)}


@dataclass(frozen=True, slots=True)
class Fit:
    """How a builder would build some platforms; the rest natively."""

    emulated: tuple[str, ...] = ()
    impossible: tuple[str, ...] = ()


def fit(nodes: Iterable[Sequence[str]], wanted: Collection[str]) -> Fit:
    """How a builder whose nodes list these platforms would build those that are wanted.

    A node that lists nothing (it does not run yet) is taken to build everything by itself.
    """
    listings = [tuple(normal(p) for p in node) for node in nodes]
    if not listings or not wanted:
        return Fit()
    emulated: list[str] = []
    impossible: list[str] = []
    for platform in sorted({normal(w) for w in wanted}):
        if any(is_native(platform, listing) for listing in listings):
            continue
        able = any(platform in listing for listing in listings)
        (emulated if able else impossible).append(platform)
    return Fit(tuple(emulated), tuple(impossible))


def is_native(platform: str, listing: Sequence[str]) -> bool:
    """Whether a node with this list runs a platform without an emulator: its first entry is its own."""
    if not listing:
        return False
    own, wanted = _parts(listing[0]), _parts(platform)
    same_os = own[0] == wanted[0]
    return same_os and (wanted[1] == own[1] or (wanted[1] in _ALSO_NATIVE.get(own[1], ()) and platform in listing))


def normal(platform: str) -> str:
    """The name without what buildx adds (`*`) and without a variant that is the default one (arm64/v8, amd64/v1)."""
    name = platform.strip().rstrip("*").lower()
    for default in ("linux/arm64/v8", "linux/amd64/v1"):
        if name == default:
            return name.rpartition("/")[0]
    return name


def host_architecture() -> str:
    """This machine's architecture in Docker's words: amd64, arm64, ..."""
    machine = machine_platform.machine()
    return {"x86_64": "amd64", "aarch64": "arm64"}.get(machine, machine)


def tag_suffix(platform: str) -> str:
    """What the tag of one platform ends with: `-amd64`, `-arm64`, `-arm-v7`; the system too where it is not linux."""
    system, _, rest = normal(platform).partition("/")
    parts = rest.replace("/", "-")
    return f"-{parts}" if system == "linux" else f"-{system}-{parts}"


def _parts(platform: str) -> tuple[str, str]:
    system, _, rest = platform.partition("/")
    return system, rest.partition("/")[0]

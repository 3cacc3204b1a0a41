"""Platform names: `linux/arm64/v8` and its like, parsed and normalised as containerd does.

Enter the text of --platform; leave a `Platform`, and the platform ARGs that every build has.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

HOST_OS = "linux"
HOST_ARCH = "amd64"

_KNOWN_OS = frozenset({
    "aix", "android", "darwin", "dragonfly", "freebsd", "hurd", "illumos", "ios", "js", "linux", "nacl", "netbsd",
    "openbsd", "plan9", "solaris", "windows", "zos",
})  # fmt: skip
_KNOWN_ARCH = frozenset({
    "386", "amd64", "amd64p32", "arm", "armbe", "arm64", "arm64be", "ppc64", "ppc64le", "loong64", "mips",
    "mipsle", "mips64", "mips64le", "mips64p32", "mips64p32le", "ppc", "riscv", "riscv64", "s390", "s390x",
    "sparc", "sparc64", "wasm",
})  # fmt: skip
_PART = re.compile(r"[A-Za-z0-9_.-]+\Z")
_OS = re.compile(r"([A-Za-z0-9_-]+)(?:\(([A-Za-z0-9_.%-]*)((?:\+[A-Za-z0-9_.%-]+)*)\))?\Z")


class PlatformError(ValueError):
    """The text names no platform."""


@dataclass(frozen=True, slots=True)
class Platform:
    """An operating system, an architecture and its variant ("" for none)."""

    os: str
    arch: str
    variant: str = ""
    os_version: str = ""

    def __str__(self) -> str:
        os = f"{self.os}({self.os_version})" if self.os_version else self.os
        return "/".join(part for part in (os, self.arch, self.variant) if part)


def parse_platform(text: str) -> Platform:
    """The normalised platform that `text` names. Raises PlatformError."""
    parts = text.split("/", 3)
    first = _OS.match(parts[0])
    if first is None or len(parts) > 3 or not all(_PART.match(part) for part in parts[1:]):
        raise PlatformError(f'"{text}" is no platform')
    os = _normal_os(first[1])
    if len(parts) == 1:
        if os in _KNOWN_OS:
            return Platform(os, HOST_ARCH, "", first[2] or "")
        arch, variant = _normal_arch(parts[0], "")
        if arch not in _KNOWN_ARCH:
            raise PlatformError(f'"{text}": unknown operating system or architecture')
        return Platform(HOST_OS, arch, variant)
    arch, variant = _normal_arch(parts[1], parts[2] if len(parts) == 3 else "")
    return Platform(os, arch, variant, first[2] or "")


def _normal_os(os: str) -> str:
    lower = os.lower()
    return "darwin" if lower == "macos" else lower


def _normal_arch(arch: str, variant: str) -> tuple[str, str]:
    arch, variant = arch.lower(), variant.lower()
    match arch:
        case "i386":
            return "386", ""
        case "x86_64" | "x86-64" | "amd64":
            return "amd64", "" if variant == "v1" else variant
        case "aarch64" | "arm64":
            variant = {"8": "", "v8": "", "v8.0": "", "9": "v9", "9.0": "v9", "v9.0": "v9"}.get(variant, variant)
            return "arm64", variant
        case "armhf":
            return "arm", "v7"
        case "armel":
            return "arm", "v6"
        case "arm":
            return "arm", {"": "v7", "7": "v7", "5": "v5", "6": "v6", "8": "v8"}.get(variant, variant)
    return arch, variant


def platform_args(build: Platform, target: Platform, stage: str, overrides: Mapping[str, str]) -> dict[str, str]:
    """The ARGs that exist before the first FROM without being declared; `overrides` are the build's args."""
    values = {
        "BUILDPLATFORM": str(Platform(build.os, build.arch, build.variant)),
        "BUILDOS": build.os,
        "BUILDOSVERSION": build.os_version,
        "BUILDARCH": build.arch,
        "BUILDVARIANT": build.variant,
        "TARGETPLATFORM": str(target),
        "TARGETOS": target.os,
        "TARGETOSVERSION": target.os_version,
        "TARGETARCH": target.arch,
        "TARGETVARIANT": target.variant,
        "TARGETSTAGE": stage or "default",
    }
    return {name: overrides.get(name, value) for name, value in values.items()}

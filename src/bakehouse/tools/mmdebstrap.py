"""A Debian root file system by mmdebstrap. In: a suite and an architecture. Out: a tar file.

The package mirror is the one this machine's own apt uses; a machine without one gets mmdebstrap's default.
"""

from __future__ import annotations

import urllib.parse
from collections.abc import Sequence
from pathlib import Path

from bakehouse.errors import ToolError, ToolMissingError
from bakehouse.tools.run import run

TIMEOUT_SECONDS = 900.0
# No file is younger than this (2025-08-09, trixie's release), so that the same packages make the same tar file.
EPOCH = "1754697600"
KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
PACKAGES = ("ca-certificates", "netbase", "tzdata")
_LEFT_OUT = ("/usr/share/man/*", "/usr/share/doc/*", "/usr/share/info/*", "/usr/share/locale/*")
_KEPT = ("/usr/share/doc/*/copyright", "/usr/share/locale/locale.alias")


def index_targets() -> tuple[str, ...]:
    """Argv that lists this machine's package indexes: repository|label, one a line."""
    return ("apt-get", "indextargets", "--format", "$(REPO_URI)|$(LABEL)", "Identifier: Packages")


def bootstrap(
    suite: str, target: Path, sources: Sequence[str] = (), architecture: str | None = None
) -> tuple[str, ...]:
    """Argv of the run: the essential packages, apt, and PACKAGES, without manuals and translations.

    A foreign `architecture` (Debian's name, None: this machine's) is set up under an emulator. Not without a chroot,
    though that needs none: maintainer scripts of ca-certificates then change this machine's own certificates.
    """
    options = [f"--dpkgopt=path-exclude={path}" for path in _LEFT_OUT]
    options += [f"--dpkgopt=path-include={path}" for path in _KEPT]
    return (
        "mmdebstrap",
        "--quiet",
        *([f"--architectures={architecture}"] if architecture else []),
        "--variant=minbase",
        f"--keyring={KEYRING}",
        f"--include={','.join(PACKAGES)}",
        *options,
        suite,
        str(target),
        *sources,
    )


def sources(suite: str, listing: str) -> tuple[str, ...]:
    """Lines of sources.list for a suite, from what `index_targets` printed; empty without a Debian mirror there."""
    mirrors: dict[str, str] = {}
    for line in listing.splitlines():
        uri, _, label = line.strip().partition("|")
        if urllib.parse.urlsplit(uri).scheme in ("http", "https"):
            mirrors.setdefault(label, uri.rstrip("/"))
    if "Debian" not in mirrors:
        return ()
    lines = [f"deb {mirrors['Debian']} {name} main" for name in (suite, f"{suite}-updates")]
    if "Debian-Security" in mirrors:
        lines.append(f"deb {mirrors['Debian-Security']} {suite}-security main")
    return tuple(lines)


def make(target: Path, *, suite: str, architecture: str | None = None) -> None:
    """Write the root file system to `target`. Raises ToolMissingError, or ToolError with mmdebstrap's words."""
    if not KEYRING.is_file():
        raise ToolMissingError(
            f"Debian's archive keys are missing ({KEYRING})", hint="apt-get install mmdebstrap debian-archive-keyring"
        )
    try:
        listing = run(index_targets(), check=False).stdout
    except ToolMissingError:
        listing = ""  # not a Debian family: mmdebstrap's own default then
    try:
        run(
            bootstrap(suite, target, sources(suite, listing), architecture),
            env={"SOURCE_DATE_EPOCH": EPOCH},
            timeout=TIMEOUT_SECONDS,
        )
    except ToolMissingError:
        raise ToolMissingError(
            "mmdebstrap is not installed", hint="apt-get install mmdebstrap debian-archive-keyring"
        ) from None
    except ToolError as error:
        error.hint = "is Debian's mirror reachable? apt-get update shows it"
        raise

"""Where package managers keep their downloads: the cache mounts that a RUN of theirs wants.

Source of the paths: each manager's own documentation of its cache directory; apt's two directories as in
BuildKit's reference of RUN --mount.
"""

from __future__ import annotations

from dataclasses import dataclass

from bakehouse.dockerfile.packages import PackageCall
from bakehouse.lint.subject import Run, is_root

_HOME = {  # below the home directory
    "pip": (".cache/pip",), "uv": (".cache/uv",), "poetry": (".cache/pypoetry",), "pipenv": (".cache/pip",),
    "npm": (".npm",), "yarn": (".cache/yarn",), "pnpm": (".local/share/pnpm/store",), "bun": (".bun/install/cache",),
    "cargo": (".cargo/registry",), "go": (".cache/go-build", "go/pkg/mod"), "mvn": (".m2/repository",),
    "gradle": (".gradle/caches",), "composer": (".composer/cache",), "dotnet": (".nuget/packages",),
    "conda": (".conda/pkgs",),
}  # fmt: skip
_SYSTEM = {"apt-get": ("/var/cache/apt", "/var/lib/apt"), "zypper": ("/var/cache/zypp",)}
_YUM = {"yum": "/var/cache/yum"}  # the others of the family share one
_LOCKED = frozenset({"apt-get"})
_ROOT_PLACES = {
    "go": ("/root/.cache/go-build", "/go/pkg/mod"), "cargo": ("/usr/local/cargo/registry",),
    "yarn": ("/usr/local/share/.cache/yarn",),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class MountFlags:
    """The cache mounts for one call: their directories, the flags, and whether the places are certain."""

    targets: tuple[str, ...]
    flags: tuple[str, ...]
    certain: bool


def mount_flags(run: Run, call: PackageCall) -> MountFlags | None:
    """The mounts that a call wants where it stands; None for a manager whose cache we do not know."""
    owner = ""
    targets: tuple[str, ...]
    if call.manager == "yum":
        targets, certain = (_YUM.get(call.program, "/var/cache/dnf"),), True
    elif call.manager in _SYSTEM:
        targets, certain = _SYSTEM[call.manager], True
    elif call.manager in _HOME:
        name = "uv" if call.program == "uv" else call.manager  # uv pip
        home, owner = _home(run)
        certain = home is not None
        if home in (None, "/root") and name in _ROOT_PLACES:
            targets = _ROOT_PLACES[name]
        else:
            targets = tuple(f"{home or '/root'}/{path}" for path in _HOME[name])
    else:
        return None
    tail = ",sharing=locked" if call.manager in _LOCKED else owner
    return MountFlags(targets, tuple(f"--mount=type=cache,target={t}{tail}" for t in targets), certain)


def _home(run: Run) -> tuple[str | None, str]:
    """The home directory of the user in force, None where it cannot be told, and the owner that a mount needs."""
    state = run.step.before
    user = (state.user or "root").partition(":")[0]
    if is_root(user):
        return state.env.get("HOME") or "/root", ""
    home = state.env.get("HOME")
    return (home, f",uid={user}") if home and user.isdecimal() else (None, "")

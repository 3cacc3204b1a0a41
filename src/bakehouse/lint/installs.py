"""What the installers of package managers read: lock files and lists of requirements.

Enter a package call; leave what it needs to be there, or None.
"""

from __future__ import annotations

import posixpath
from dataclasses import dataclass

from bakehouse.dockerfile.packages import PackageCall


@dataclass(frozen=True, slots=True)
class Need:
    """One of `names` has to be there for `call`; it lies beside one of `manifests`."""

    call: PackageCall
    names: tuple[str, ...]
    manifests: tuple[str, ...]


_NODE = ("package.json",)
LOCK_FILES = {
    "npm": ("package-lock.json", "npm-shrinkwrap.json"),
    "yarn": ("yarn.lock",),
    "pnpm": ("pnpm-lock.yaml",),
    "bun": ("bun.lock", "bun.lockb"),
}
"""The lock files of the managers of Node packages, the usual one first."""


def need(call: PackageCall) -> Need | None:
    """The file that a call cannot do without."""
    manager, verb = call.manager, call.verb
    if manager == "npm" and verb in ("ci", "clean-install") and not call.has("--prefix", "-C"):
        return Need(call, LOCK_FILES["npm"], _NODE)
    if manager == "yarn" and verb == "install" and call.has("--frozen-lockfile", "--immutable"):
        return None if call.has("--cwd") else Need(call, LOCK_FILES["yarn"], _NODE)
    if manager == "pnpm" and verb in ("install", "i", "fetch") and (verb == "fetch" or call.has("--frozen-lockfile")):
        return Need(call, LOCK_FILES["pnpm"], _NODE)
    if manager == "uv" and verb == "sync" and call.has("--frozen", "--locked"):
        return Need(call, ("uv.lock",), ("pyproject.toml",))
    if manager == "poetry" and verb == "install":
        return Need(call, ("pyproject.toml",), ())
    if manager == "go" and verb == "mod download":
        return Need(call, ("go.mod",), ())
    if manager == "bundle" and verb == "install" and not call.has("--gemfile"):
        return Need(call, ("Gemfile",), ())
    if manager == "pip" and verb == "install":
        return _requirements(call)
    return None


def _requirements(call: PackageCall) -> Need | None:
    """The first file of `pip install -r`."""
    for flag, value in call.options:
        if flag in ("-r", "--requirement") and value and "$" not in value and "://" not in value and "<" not in value:
            return Need(call, (posixpath.basename(value),), ())
    return None


@dataclass(frozen=True, slots=True)
class Manifests:
    """What an install of a project's dependencies reads: paths from its directory on, optional ones with `*` at
    the end. `enough` is False where it reads sources too, so that the manifests alone would not do."""

    paths: tuple[str, ...]
    enough: bool = True


_MANIFESTS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "npm": (("ci", "install", "i", "clean-install"), ("package.json", "package-lock.json*")),
    "yarn": (("install",), ("package.json", "yarn.lock*", ".yarnrc.yml*")),
    "pnpm": (("install", "i", "fetch"), ("package.json", "pnpm-lock.yaml*", "pnpm-workspace.yaml*", ".npmrc*")),
    "bun": (("install", "i"), ("package.json", "bun.lock*")),
    "poetry": (("install",), ("pyproject.toml", "poetry.lock*")),
    "uv": (("sync",), ("pyproject.toml", "uv.lock*")),
    "pipenv": (("install", "sync"), ("Pipfile", "Pipfile.lock*")),
    "bundle": (("install",), ("Gemfile", "Gemfile.lock*")),
    "composer": (("install",), ("composer.json", "composer.lock*")),
    "go": (("mod download",), ("go.mod", "go.sum*")),
    "cargo": (("fetch",), ("Cargo.toml", "Cargo.lock*")),
    "mvn": (("dependency:go-offline", "dependency:resolve"), ("pom.xml",)),
    "dotnet": (("restore",), ("*.csproj",)),
}  # manager -> verbs, paths
_ENOUGH_WITH = {"poetry": ("--no-root",), "uv": ("--no-install-project",), "composer": ("--no-scripts",)}
_NEVER_ENOUGH = ("cargo", "dotnet")
MANIFEST_NAMES = frozenset(path.rstrip("*") for _, paths in _MANIFESTS.values() for path in paths if path[0] != "*")
"""The names of manifests and lock files, without lists of requirements, which may have any name."""


def manifests(call: PackageCall) -> Manifests | None:
    """What a call reads that installs all dependencies of a project; None for any other call."""
    if call.manager == "pip" and call.verb == "install" and not call.packages:
        files = [value for flag, value in call.options if flag in ("-r", "--requirement")]
        plain = all(value and not any(c in value for c in "$:<~*'\"") and value[0] not in "/." for value in files)
        return Manifests(tuple(files)) if files and plain and not call.has("-e", "--editable") else None
    verbs, paths = _MANIFESTS.get(call.manager, ((), ()))
    if call.verb not in verbs or call.packages or call.has("-g", "--global"):
        return None
    needed = _ENOUGH_WITH.get(call.manager)
    return Manifests(paths, call.manager not in _NEVER_ENOUGH and (needed is None or call.has(*needed)))

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

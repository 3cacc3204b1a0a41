"""What a RUN does, as far as the cache is concerned: whether it only installs third-party packages, and what it
reads of variables.

Enter a RUN or a step; leave a verdict. BuildKit's cache key of a RUN has all ARG and ENV values in force, used or
not; LABEL, EXPOSE, CMD and their like are no part of it (measured with BuildKit 0.13).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from bakehouse.dockerfile.packages import PackageCall
from bakehouse.dockerfile.state import Step
from bakehouse.lint.subject import Run

_HARMLESS = frozenset({
    "mkdir", "useradd", "adduser", "groupadd", "addgroup", "usermod", "chown", "chmod", "ln", "rm", "echo", "printf",
    "set", "cd", "true", "touch", "mv", "cp", "sed", "install", "test", "[", "apt-mark", "update-ca-certificates",
    "ldconfig", "corepack", "cat", "tee", "find", "locale-gen", "sync",
})  # fmt: skip
"""Commands that read no variables but those that are written out."""

_OWN_CODE = {
    "go": ("build", "install"), "cargo": ("build", "install"), "mvn": ("install", "package", "verify"),
    "gradle": ("build", "assemble", "bootJar"), "dotnet": ("publish", "build"),
}  # fmt: skip
"""Verbs that build the project, and so may read any variable."""


def installs_only(run: Run) -> bool:
    """Whether a RUN installs third-party packages and does nothing that could read an unnamed variable."""
    calls = {id(call.command): call for call in run.calls}
    if not run.script.understood or not run.script.whole:
        return False
    found = False
    for command in run.script.commands:
        call = calls.get(id(command))
        if call is not None:
            if not is_third_party(call):
                return False
            found = found or call.installs
        elif command.name not in _HARMLESS:
            return False
    return found


def is_third_party(call: PackageCall) -> bool:
    """Whether a call brings packages from elsewhere, and does not build the project."""
    if call.verb in _OWN_CODE.get(call.manager, ()):
        return False
    if call.manager in ("npm", "yarn", "pnpm", "bun") and call.verb in ("run", "exec", "test", "start", "build", "dlx"):
        return False
    return not any(package.word.static.startswith(".") for package in call.packages)


def is_passable(run: Run) -> bool:
    """Whether a RUN reads no variables but those that are written out in it."""
    known = {id(call.command) for call in run.calls if is_third_party(call)}
    script = run.script
    return script.whole and script.understood and all(id(c) in known or c.name in _HARMLESS for c in script.commands)


def uses(step: Step, names: Iterable[str]) -> bool:
    """Whether an instruction names one of these variables."""
    found = identifiers(step)
    return any(name in found for name in names)


def identifiers(step: Step) -> frozenset[str]:
    """All words of an instruction that could be names of variables."""
    instruction = step.instruction
    if not instruction.heredocs:
        return _identifiers(instruction.original)
    return _identifiers("\n".join((instruction.original, *(heredoc.content for heredoc in instruction.heredocs))))


@lru_cache(maxsize=4096)  # asked once for every variable, of the same instructions
def _identifiers(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"\w+", text))

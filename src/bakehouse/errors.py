"""Every error a user can cause: what happened, where, what to do, and the exit code it ends with.

The command line catches `BakehouseError` once (cli/main.py) and prints it; anything else is our bug (exit 3).
"""

from __future__ import annotations

EXIT_OK = 0
EXIT_FINDINGS = 1
EXIT_USAGE = 2
EXIT_BUG = 3
EXIT_INTERRUPTED = 130


class BakehouseError(Exception):
    """Base of all errors that are not our bug.

    `message` says what happened; `path` (workspace-relative or absolute) and `line` (1-based) say where;
    `hint` says what to do; `slug` names the page in docs/ that tells more.
    """

    exit_code = EXIT_USAGE

    def __init__(
        self,
        message: str,
        *,
        path: str | None = None,
        line: int | None = None,
        hint: str | None = None,
        slug: str | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.path = path
        self.line = line
        self.hint = hint
        self.slug = slug

    @property
    def where(self) -> str | None:
        """`path:line`, `path`, or None."""
        if self.path is None:
            return None
        return f"{self.path}:{self.line}" if self.line else self.path

    def __str__(self) -> str:
        text = f"{self.where}: {self.message}" if self.where else self.message
        return f"{text}\n  {self.hint}" if self.hint else text


class UsageError(BakehouseError):
    """The command line asks for something that does not exist or makes no sense."""


class ConfigError(BakehouseError):
    """bakehouse.toml, an environment variable or a flag has a bad value."""


class WorkspaceError(BakehouseError):
    """A file of the repository cannot be used: Dockerfile, compose file, manifest, context."""


class DockerfileError(WorkspaceError):
    """A Dockerfile that BuildKit would refuse."""


class CycleError(WorkspaceError):
    """Services or stages depend on each other in a circle."""


class EngineError(BakehouseError):
    """The container engine or buildx is missing, too old, or went away."""

    exit_code = EXIT_FINDINGS


class EngineMissingError(EngineError):
    """No usable engine answers: nothing was started."""

    exit_code = EXIT_USAGE


class RegistryError(BakehouseError):
    """A registry refuses, lies, or cannot be reached."""

    exit_code = EXIT_FINDINGS


class ImageError(BakehouseError):
    """An image or an archive of one that cannot be read: damaged, hostile, or no image at all."""


class ToolError(BakehouseError):
    """An external command failed. Carries the command, its exit code and the tails of both streams."""

    exit_code = EXIT_FINDINGS

    def __init__(
        self,
        message: str,
        *,
        command: tuple[str, ...],
        returncode: int,
        stdout: str = "",
        stderr: str = "",
        hint: str | None = None,
    ) -> None:
        super().__init__(message, hint=hint)
        self.command = command
        self.returncode = returncode
        self.stdout = stdout
        self.stderr = stderr


class ToolMissingError(BakehouseError):
    """An external command is not installed."""


class HistoryError(BakehouseError):
    """The history database cannot be read or written."""

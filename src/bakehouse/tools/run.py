"""The one door to other programs.

In: an argv tuple (never a shell string). Out: `Completed`, or a `Running` process whose output is read while
it works. Every child gets its own process group, so that a time-out or Ctrl-C ends its children too. Errors
carry the command (secrets redacted), the exit code and the tails of both streams.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from bakehouse.errors import ToolError, ToolMissingError

TAIL_BYTES = 8192
GRACE_SECONDS = 10.0

_SECRET_FLAG = re.compile(r"(?i)^(--?(?:password|token|secret-key|auth)=)(.+)$")
_SECRET_PAIR = re.compile(r"(?i)^([A-Z0-9_]*(?:PASSWORD|TOKEN|SECRET|API_?KEY)[A-Z0-9_]*=)(.+)$")
_URL_AUTH = re.compile(r"(\w+://[^/@:\s]+:)[^/@\s]+@")

_echo: Callable[[str], None] | None = None


def set_echo(echo: Callable[[str], None] | None) -> None:
    """Every command run from now on is first given (redacted, one line) to `echo`; None turns it off."""
    global _echo  # noqa: PLW0603 - one door, one listener; the CLI sets it once for -v
    _echo = echo


def redact(argv: Sequence[str]) -> str:
    """The command as one line in which passwords, tokens and credentials in URLs read ***."""
    words = []
    for word in argv:
        text = _URL_AUTH.sub(r"\1***@", word)
        text = _SECRET_FLAG.sub(r"\1***", text)
        words.append(_SECRET_PAIR.sub(r"\1***", text))
    return " ".join(w if re.fullmatch(r"[\w@%+=:,./*-]+", w) else repr(w) for w in words)


@dataclass(frozen=True, slots=True)
class Completed:
    """A finished command: its exit code and everything it wrote, decoded with replacement."""

    argv: tuple[str, ...]
    returncode: int
    stdout: str
    stderr: str


def find(program: str) -> str | None:
    """Path of a program on PATH, or None."""
    return shutil.which(program)


def run(
    argv: Sequence[str],
    *,
    input_text: str | None = None,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    timeout: float | None = 120.0,
    check: bool = True,
    hint: str | None = None,
) -> Completed:
    """Run to the end and return what it wrote.

    `env` is added to this process's environment; `timeout` is in seconds (None: no limit). Raises
    ToolMissingError if the program is not there, ToolError on a time-out or (with `check`) a non-zero exit.
    """
    with start(argv, env=env, cwd=cwd, stdin=input_text is not None) as process:
        try:
            data = None if input_text is None else input_text.encode()
            out, err = process.popen.communicate(data, timeout=timeout)
        except subprocess.TimeoutExpired:
            process.kill()
            raise ToolError(
                f"`{redact(argv)}` did not finish within {timeout:g} s",
                command=tuple(argv),
                returncode=-1,
                hint=hint,
            ) from None
    done = Completed(tuple(argv), process.popen.returncode, _text(out), _text(err))
    if check and done.returncode != 0:
        raise failure(done, hint=hint)
    return done


def failure(done: Completed, *, hint: str | None = None) -> ToolError:
    """The error for a finished command that failed: its last words come first."""
    words = (done.stderr.strip() or done.stdout.strip())[-TAIL_BYTES:]
    last = words.splitlines()[-1] if words else "it wrote nothing"
    return ToolError(
        f"`{redact(done.argv)}` failed with exit code {done.returncode}: {last}",
        command=done.argv,
        returncode=done.returncode,
        stdout=done.stdout[-TAIL_BYTES:],
        stderr=done.stderr[-TAIL_BYTES:],
        hint=hint,
    )


class Running:
    """A process at work, in its own group. Use as a context manager: leaving it ends what still runs."""

    def __init__(self, argv: tuple[str, ...], popen: subprocess.Popen[bytes]) -> None:
        self.argv = argv
        self.popen = popen
        self._drains: list[threading.Thread] = []

    def __enter__(self) -> Running:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.popen.poll() is None and kind is not None:
            self.interrupt()
        self.popen.wait()
        for thread in self._drains:  # a pipe closed under its reader could be another file's number by then
            thread.join(GRACE_SECONDS)
        for pipe in (self.popen.stdin, self.popen.stdout, self.popen.stderr):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()

    def chunks(self, stream: int = 2, size: int = 65536) -> Iterator[bytes]:
        """What the process writes to stdout (1) or stderr (2), as it comes, until it closes the pipe.

        The other pipe must be drained by the caller or be small; see `drain`.
        """
        pipe = self.popen.stdout if stream == 1 else self.popen.stderr
        assert pipe is not None
        while data := os.read(pipe.fileno(), size):
            yield data

    def drain(self, stream: int, sink: Callable[[bytes], None]) -> threading.Thread:
        """Read the other pipe in a thread so that the process never blocks on it."""

        def pump() -> None:
            for data in self.chunks(stream):
                sink(data)

        thread = threading.Thread(target=pump, daemon=True)
        thread.start()
        self._drains.append(thread)
        return thread

    def wait(self) -> int:
        """Wait for the end; the exit code."""
        return self.popen.wait()

    def interrupt(self, grace: float = GRACE_SECONDS) -> None:
        """Ask the group to stop (SIGINT), wait `grace` seconds, then kill it."""
        self._signal(signal.SIGINT)
        try:
            self.popen.wait(grace)
        except subprocess.TimeoutExpired:
            self.kill()

    def kill(self) -> None:
        """End the whole group now."""
        self._signal(signal.SIGKILL)
        self.popen.wait()

    def _signal(self, number: int) -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.popen.pid, number)


def start(
    argv: Sequence[str],
    *,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    stdin: bool = False,
    keep_open: Sequence[int] = (),
) -> Running:
    """Start a process with both outputs piped. Raises ToolMissingError if the program is not there.

    `keep_open` are file descriptors that the process inherits: a lock of ours then lasts as long as it does.
    """
    if _echo is not None:
        _echo(redact(argv))
    try:
        popen = subprocess.Popen(
            list(argv),
            stdin=subprocess.PIPE if stdin else subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**os.environ, **env} if env else None,
            cwd=cwd,
            start_new_session=True,
            pass_fds=tuple(keep_open),
        )
    except FileNotFoundError:
        if cwd is not None and not cwd.is_dir():
            raise ToolMissingError(f"the directory {cwd} does not exist", hint="check the path") from None
        name = argv[0]
        raise ToolMissingError(f"{name} is not installed", hint=f"install {name} or put it on PATH") from None
    except PermissionError:
        raise ToolMissingError(f"{argv[0]} may not be executed", hint="check its permissions") from None
    except OSError as error:  # E2BIG, ENOEXEC, EMFILE: rare, but never a traceback
        raise ToolMissingError(f"{argv[0]} cannot be started: {error.strerror}") from None
    return Running(tuple(argv), popen)


def _text(data: bytes) -> str:
    return data.decode("utf-8", "replace")


def is_tty() -> bool:
    """True where stderr is a terminal: progress may redraw."""
    return sys.stderr.isatty()

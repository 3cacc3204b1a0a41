"""One build at a time in a workspace. In: its state directory. Out: a lock, or who holds it.

The kernel keeps the lock and drops it when its holders are gone, so that none is ever stale. The engine calls of a
build inherit it: where bakehouse itself was killed, its calls still hold it, and the next build ends them first,
because a call that outlives its build could still push an older image. Several workspaces never meet here.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import socket
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import msgspec

from bakehouse.errors import UsageError
from bakehouse.tools import orphans

LOCK = "build.lock"
RUNS = "runs"
_POLL_SECONDS = 0.2
_ENDING_SECONDS = 30.0


class Holder(msgspec.Struct, frozen=True):
    """The build that holds a workspace. `started` is in Unix seconds."""

    pid: int
    command: str
    started: float
    host: str = ""

    @property
    def alive(self) -> bool:
        """Whether its process still runs; True where that cannot be seen from here."""
        if self.host and self.host != socket.gethostname():
            return True
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return False
        except PermissionError:
            return True
        return True

    def __str__(self) -> str:
        since = time.strftime("%H:%M:%S", time.localtime(self.started))
        return f"process {self.pid}, since {since}: {self.command}"


@contextmanager
def workspace_lock(
    state: Path, command: Sequence[str], *, wait: bool = True, say: Callable[[str], None] = lambda _: None
) -> Iterator[int]:
    """Hold the workspace of `state`; gives the descriptor that engine calls must inherit.

    Another build is waited for, said once; without `wait` it is a UsageError that names it.
    """
    descriptor = os.open(state / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        _acquire(descriptor, state, wait=wait, say=say)
        holder = Holder(os.getpid(), " ".join(command), time.time(), socket.gethostname())
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, msgspec.json.encode(holder), 0)
        yield descriptor
        os.ftruncate(descriptor, 0)
    finally:
        os.close(descriptor)


def running_build(state: Path) -> Holder | None:
    """The build that runs in a workspace now, None if none does."""
    try:
        descriptor = os.open(state / LOCK, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        if _try(descriptor):
            return None
        return _holder(descriptor) or Holder(0, "bakehouse build", time.time())
    finally:
        os.close(descriptor)


def _acquire(descriptor: int, state: Path, *, wait: bool, say: Callable[[str], None]) -> None:
    said: Holder | None = None
    ending: dict[Holder, float] = {}  # builds found dead, and until when their calls may take to end
    while not _try(descriptor):
        holder = _holder(descriptor)
        if holder is not None and not holder.alive and time.monotonic() < ending.setdefault(holder, _until()):
            # it was killed: its calls are ended, and what is ending already keeps the lock a moment longer
            if orphans.find(state / RUNS):
                say(f"a build here was killed ({holder}); its engine calls are ended first")
                orphans.end(state / RUNS)
        elif not wait:
            raise UsageError(
                f"another build runs in this workspace ({holder or 'it has just begun'})",
                hint="wait for it (without --no-wait this command does), or end it",
            )
        elif holder is not None and said != holder:
            say(f"waiting for another build in this workspace ({holder})")
            said = holder
        time.sleep(_POLL_SECONDS)


def _until() -> float:
    return time.monotonic() + _ENDING_SECONDS


def _try(descriptor: int) -> bool:
    with contextlib.suppress(BlockingIOError):
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return True
    return False


def _holder(descriptor: int) -> Holder | None:
    try:
        return msgspec.json.decode(os.pread(descriptor, 65536, 0), type=Holder)
    except (OSError, msgspec.MsgspecError):
        return None

"""Processes of a bakehouse that was killed and could not end them. In: a path in their command line. Out: they end."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from pathlib import Path

GRACE_SECONDS = 10.0


def find(path: Path) -> list[int]:
    """Processes of this user whose command line names something below `path`; empty where there is no /proc."""
    mark = f"{path}{os.sep}".encode()
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            if mark in (entry / "cmdline").read_bytes() and entry.stat().st_uid == os.getuid():
                found.append(int(entry.name))
        except OSError:
            continue
    return [pid for pid in found if pid != os.getpid()]


def end(path: Path) -> int:
    """Ask them to stop (which makes BuildKit cancel their steps), kill what is left after ten seconds; how many."""
    pids = find(path)
    _signal(pids, signal.SIGINT)
    deadline = time.monotonic() + GRACE_SECONDS
    while find(path) and time.monotonic() < deadline:
        time.sleep(0.1)
    _signal(find(path), signal.SIGKILL)
    return len(pids)


def _signal(pids: list[int], number: int) -> None:
    for pid in pids:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(pid, number)

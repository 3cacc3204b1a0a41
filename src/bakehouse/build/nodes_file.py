"""What the builders of a run do, for others to read while it runs. In: PoolUse. Out: one small file in the state.

`bakehouse builder status` reads it: BuildKit itself tells no client what others have queued.
"""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

import msgspec

from bakehouse.model.builder import PoolUse

FILE = "nodes.json"


def write(state: Path, use: PoolUse) -> None:
    """Write it in one step. A directory that is full or read-only costs the reader something, not the build."""
    temporary = state / f"{FILE}.{os.getpid()}"
    with contextlib.suppress(OSError):
        temporary.write_bytes(msgspec.json.encode(use))
        temporary.replace(state / FILE)


def read(state: Path) -> PoolUse | None:
    """What the run at work, or else the last one with several builders, wrote; None without any."""
    try:
        return msgspec.json.decode((state / FILE).read_bytes(), type=PoolUse)
    except (OSError, msgspec.MsgspecError):
        return None

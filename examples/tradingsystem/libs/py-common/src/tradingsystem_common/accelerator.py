"""Which NVIDIA devices this container can see.

Enters: the device nodes that the container runtime mounts. Leaves: their names, sorted. No driver library is
loaded, so the answer costs nothing and is the same in an image without CUDA.
"""

from __future__ import annotations

import re
from pathlib import Path


def nvidia_devices(devices: Path = Path("/dev")) -> list[str]:
    """Return names such as `nvidia0`; empty on a machine without a GPU or without the container runtime's hook."""
    return sorted(entry.name for entry in devices.glob("nvidia*") if re.fullmatch(r"nvidia\d+", entry.name))

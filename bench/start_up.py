"""`bakehouse --help` against a bare `python -c pass`, alternating. Goal: at most 6 times."""

import statistics
import subprocess
import sys
import time
from pathlib import Path


def _timed(command: list[str]) -> float:
    began = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True)
    return time.perf_counter() - began


def measure(rounds: int) -> str:
    """Ten pairs a round; the ratio of the medians."""
    bakehouse = str(Path(sys.executable).with_name("bakehouse"))
    ours, bare = [], []
    for _ in range(10 * rounds):
        ours.append(_timed([bakehouse, "--help"]))
        bare.append(_timed([sys.executable, "-c", "pass"]))
    ratio = statistics.median(ours) / statistics.median(bare)
    return f"bakehouse --help / python -c pass, {len(ours)} alternating pairs: **{ratio:.2f}** (goal: at most 6)\n"

"""Everything cold: `bakehouse build --no-reuse` against `docker buildx bake` on what `plan --bake` prints.

Alternating rounds, the build cache pruned before each side of each round. Goal: ratio <= 1.05.
"""

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

EXAMPLE = Path(__file__).resolve().parent.parent / "examples" / "tradingsystem"
BAKEHOUSE = [str(Path(sys.executable).with_name("bakehouse"))]


def _prune() -> None:
    subprocess.run(["docker", "buildx", "prune", "--all", "--force"], check=True, capture_output=True)


def _timed(command: list[str]) -> float:
    began = time.monotonic()
    done = subprocess.run(command, cwd=EXAMPLE, capture_output=True, text=True)
    took = time.monotonic() - began
    if done.returncode != 0:
        raise SystemExit(f"{' '.join(command)} failed:\n{done.stderr[-3000:]}")
    return took


def measure(rounds: int) -> str:
    """Run the rounds; a Markdown table with the times of each and the ratio of the medians."""
    with tempfile.TemporaryDirectory() as place:
        definition = Path(place) / "bake.json"
        text = subprocess.run([*BAKEHOUSE, "plan", "--bake"], cwd=EXAMPLE, check=True, capture_output=True, text=True)
        definition.write_text(text.stdout)
        ours_command = [*BAKEHOUSE, "build", "-q", "--no-reuse"]
        bake_command = ["docker", "buildx", "bake", "-f", str(definition), "--progress", "quiet"]
        rows, ours, bake = [], [], []
        for number in range(rounds):
            pair = [(ours, ours_command), (bake, bake_command)]
            for times, command in pair if number % 2 == 0 else reversed(pair):
                _prune()
                times.append(_timed(command))
            rows.append(f"| {number + 1} | {ours[-1]:.1f} | {bake[-1]:.1f} | {ours[-1] / bake[-1]:.3f} |")
            print(rows[-1], file=sys.stderr, flush=True)
    ratio = statistics.median(ours) / statistics.median(bake)
    head = "| round | bakehouse build, s | docker buildx bake, s | ratio |\n|---|---|---|---|\n"
    return head + "\n".join(rows) + f"\n\nratio of medians: **{ratio:.3f}** (goal: at most 1.05)\n"

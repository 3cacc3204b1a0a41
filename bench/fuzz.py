"""The long fuzz run: atheris (PyPI) lets the parser's own branches guide what comes next.

The properties are those of tests/dockerfile/properties.py; the seeds are the recorded cases of the parser tests.
`make fuzz` gives it a million inputs. What breaks a property is kept and named.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import sysconfig
import tempfile
import time
from pathlib import Path

from bench import rivals

REPOSITORY = Path(__file__).resolve().parents[1]
CASES = REPOSITORY / "tests" / "dockerfile" / "golden" / "verdicts.json"
LONGEST = 400

ALONE = """
import sys
import atheris
with atheris.instrument_imports(include=["bakehouse.dockerfile"]):
    from tests.dockerfile.properties import check
atheris.Setup(sys.argv, check)
atheris.Fuzz()
"""


def measure(inputs: int) -> str:
    """Run and say how many inputs held; the exit code of the process is 1 where one did not."""
    python = rivals.installed("atheris==3.0.0") / "python"
    with tempfile.TemporaryDirectory(prefix="bakehouse-fuzz-") as scratch:
        seeds, broken = Path(scratch, "seeds"), Path(scratch, "broken")
        seeds.mkdir()
        broken.mkdir()
        for number, (text, _) in enumerate(json.loads(CASES.read_text())["cases"]):
            (seeds / str(number)).write_bytes(text.encode("latin-1"))
        paths = (str(REPOSITORY), str(REPOSITORY / "src"), sysconfig.get_path("purelib"), sysconfig.get_path("platlib"))
        limits = (f"-runs={inputs}", f"-max_len={LONGEST}", "-timeout=10", "-rss_limit_mb=4096")
        began = time.perf_counter()
        done = subprocess.run(
            [python, "-c", ALONE, *limits, "-print_final_stats=1", f"-artifact_prefix={broken}/", seeds],
            env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
            capture_output=True,
            text=True,
            errors="replace",
        )
        seconds = time.perf_counter() - began
        found = re.search(r"number_of_executed_units:\s*(\d+)", done.stderr)
        ran = int(found[1]) if found else 0
        failures = [path.read_bytes() for path in broken.iterdir()]
    for data in failures:
        print(f"broken by {data!r}", file=sys.stderr)
    if done.returncode:
        sys.exit(f"after {ran} inputs: exit {done.returncode}\n{done.stderr[-3000:]}")
    return f"{ran} inputs held in {seconds:.0f} s (goal: at least 1000000)\n"

"""`bakehouse affected --since HEAD` on generated repositories of 1,000 and 10,000 services, 20 files each.

One source line and one shared library are changed; warm (run once before). Goal: at most 12 times the time of the
smaller one, at most 5 s, at most 500 MB.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

SIZES = (1_000, 10_000)
FILES_OF_A_SERVICE = 20
SERVICES_OF_A_LIBRARY = 50
_BAKEHOUSE = [str(Path(sys.executable).with_name("bakehouse"))]


def generate(root: Path, services: int) -> int:
    """Write a repository of so many services (every tenth takes a shared library) and commit it; its files."""
    files: dict[str, str] = {".dockerignore": "**/node_modules\n**/*.md\n"}
    for number in range(services):
        name, home = f"service-{number:05}", f"services/team-{number // 100:03}/service-{number:05}"
        shared = number % 10 == 0
        library = f"libs/lib-{number // 10 // SERVICES_OF_A_LIBRARY:03}"
        lines = ["FROM node:20-slim AS build", "WORKDIR /app"]
        prefix = f"{home}/" if shared else ""
        lines += [f"COPY {prefix}package.json ./", "RUN npm install --omit=dev"]
        if shared:
            lines.append(f"COPY {library} /library")
            files.update({f"{library}/package.json": f'{{"name": "{library[5:]}"}}\n', f"{library}/index.js": "x\n"})
        lines += [f"COPY {prefix}src ./src", "FROM node:20-slim", "COPY --from=build /app /app", 'CMD ["node", "/app"]']
        files[f"{home}/Dockerfile"] = "\n".join(lines) + "\n"
        files[f"{home}/package.json"] = json.dumps({"name": name, "version": "1.0.0", "dependencies": {}}) + "\n"
        files[f"{home}/README.md"] = f"# {name}\n"
        for part in range(FILES_OF_A_SERVICE - 3):
            files[f"{home}/src/part{part:02}.js"] = f"module.exports = {number * 100 + part}\n"
    for path, text in files.items():
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    git = ["git", "-C", str(root), "-c", "user.name=bench", "-c", "user.email=bench@example.invalid"]
    subprocess.run([*git, "init", "-q"], check=True)
    subprocess.run([*git, "add", "-A"], check=True)
    subprocess.run([*git, "commit", "-q", "-m", "generated"], check=True)
    return len(files)


def _edit(root: Path, number: int) -> None:
    """One line of one service, a README that no image takes, and a library that fifty services take."""
    for path in ("services/team-000/service-00007/src/part03.js", "services/team-000/service-00009/README.md",
                 "libs/lib-001/index.js"):  # fmt: skip
        file = root / path
        file.write_text(f"{file.read_text()}// {number}\n")


def _run(root: Path) -> tuple[float, float, int]:
    """Seconds, peak memory in MB (of bakehouse and of git), services affected."""
    before = time.perf_counter()
    with subprocess.Popen(
        [*_BAKEHOUSE, "affected", "--since", "HEAD", "--json"], cwd=root, stdout=subprocess.PIPE, text=True
    ) as process:
        text = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise SystemExit(f"affected failed in {root}")
    return time.perf_counter() - before, usage.ru_maxrss / 1024, len(json.loads(text)["affected"])


def measure(rounds: int) -> str:
    """A row for each size, the medians of the rounds, and the ratio of the times."""
    rows, times = [], {}
    with tempfile.TemporaryDirectory() as place:
        roots = {size: Path(place) / str(size) for size in SIZES}
        counts = {size: generate(root, size) for size, root in roots.items()}
        for root in roots.values():
            _run(root)
        measured: dict[int, list[tuple[float, float, int]]] = {size: [] for size in SIZES}
        for number in range(rounds):
            for size, root in roots.items():
                _edit(root, number)
                measured[size].append(_run(root))
        for size, runs in measured.items():
            times[size] = statistics.median(seconds for seconds, _, _ in runs)
            peak, affected = max(mb for _, mb, _ in runs), {count for _, _, count in runs}
            rows.append(f"| {size:,} | {counts[size]:,} | {times[size]:.2f} | {peak:.0f} | {affected} |")
    ratio = times[SIZES[1]] / times[SIZES[0]]
    head = "| services | files | affected, s | peak MB | services affected |\n|---|---|---|---|---|\n"
    tail = f"\n\nratio: **{ratio:.1f}** (goal: at most 12; at most 5 s; at most 500 MB)\n"
    return head + "\n".join(rows) + tail

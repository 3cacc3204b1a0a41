"""The most memory that a target's steps used, as this machine's kernel counts it. In: steps at work. Out: bytes.

BuildKit of these versions does not report it in its stream. Where its steps run on this machine each has a control
group, whose anonymous memory (what cannot be dropped, unlike page cache) is read four times a second; a step's group
is known by the command of its first process. Elsewhere nothing is known, and nothing is guessed.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterable
from pathlib import Path

from bakehouse.model.progress import StepEvent, StepKind

PERIOD_SECONDS = 0.25
_CONTROL_GROUPS = Path("/sys/fs/cgroup")
_PLACES = ("memory/docker/buildkit", "docker/buildkit", "memory/buildkit", "buildkit")  # of dockerd, of buildkitd
_ANONYMOUS = re.compile(r"^(?:total_rss|anon) (\d+)$", re.MULTILINE)  # memory.stat of cgroup v1 and v2


class StepMemory:
    """Watches the steps of one run. `root` is where control groups are mounted, `processes` where /proc is."""

    def __init__(self, root: Path = _CONTROL_GROUPS, processes: Path = Path("/proc")) -> None:
        self._groups = [root / place for place in _PLACES]
        self._processes = processes
        self._steps: dict[tuple[int, str], tuple[str, str]] = {}
        self._peaks: dict[str, int] = {}
        self._over = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin to watch, where there is anything to see."""
        if any(group.is_dir() for group in self._groups):
            self._thread = threading.Thread(target=self._watch, daemon=True, name="memory")
            self._thread.start()

    def stop(self) -> None:
        """Stop watching."""
        self._over.set()
        if self._thread is not None:
            self._thread.join()

    def see(self, event: StepEvent, names: tuple[str, ...]) -> None:
        """A step of a call over the targets `names` began or ended."""
        if event.name.kind is not StepKind.RUN:
            return
        target = event.name.target or (names[0] if len(names) == 1 else None)
        key = (event.batch, f"{event.vertex} {target}")
        if event.completed is None and event.started is not None and target is not None:
            self._steps[key] = (target, _words(event.name.instruction))
        elif event.completed is not None:
            self._steps.pop(key, None)

    def peak(self, target: str) -> int | None:
        """The most bytes that one step of a target was seen to use; None where none was seen."""
        return self._peaks.get(target)

    def look(self) -> None:
        """Read all control groups once."""
        steps = list(self._steps.values())
        for group in _members(self._groups) if steps else ():
            command = self._command(group)
            owners = {target for target, instruction in steps if command and instruction.endswith(command)}
            used = _used(group) if owners else 0
            for target in owners:
                self._peaks[target] = max(used, self._peaks.get(target, 0))

    def _watch(self) -> None:
        while not self._over.wait(PERIOD_SECONDS):
            self.look()

    def _command(self, group: Path) -> str:
        """What the first process of a group was told to do: the shell's last argument, or all of them."""
        try:
            first = (group / "cgroup.procs").read_text().split()[0]
            words = (self._processes / first / "cmdline").read_bytes().decode("utf-8", "replace").split("\0")[:-1]
        except (OSError, IndexError):
            return ""
        return _words(words[-1] if len(words) > 2 and words[-2] in ("-c", "-ec", "-euxc") else " ".join(words))


def _members(groups: Iterable[Path]) -> list[Path]:
    found: list[Path] = []
    for group in groups:
        try:
            found += [entry for entry in group.iterdir() if entry.is_dir()]
        except OSError:
            continue
    return found


def _used(group: Path) -> int:
    try:
        found = _ANONYMOUS.search((group / "memory.stat").read_text())
    except OSError:
        return 0
    return int(found[1]) if found else 0


def _words(text: str) -> str:
    return " ".join(text.split())

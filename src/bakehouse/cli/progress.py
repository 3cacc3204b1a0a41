"""Ways to show a running build: live (rich), plain lines, JSON lines, or nothing. One event sink each."""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Protocol, Self

import click
import msgspec

from bakehouse.cli.live_state import LiveState, StepDone, TargetLine
from bakehouse.cli.plain_text import one_line
from bakehouse.model.progress import LogEvent, Progress, TargetState
from bakehouse.report.text import duration, size

MODES = ("auto", "rich", "plain", "json", "quiet")


class Display(Protocol):
    """A sink for events that is entered before the build and left after it."""

    def __enter__(self) -> Self: ...
    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None: ...
    def on_event(self, event: Progress) -> None:
        """Take one event; called by one thread at a time."""


def choose(mode: str, targets: Sequence[str], expected: Mapping[str, float], *, quiet: bool) -> Display:
    """The display for a mode; auto is rich on a terminal and plain elsewhere."""
    if mode == "auto":
        mode = "quiet" if quiet else "rich" if sys.stderr.isatty() else "plain"
    if mode == "rich":
        from bakehouse.cli.progress_rich import RichDisplay

        return RichDisplay(LiveState(targets, expected))
    if mode == "json":
        return JsonDisplay()
    return PlainDisplay(LiveState(targets, expected), silent=mode == "quiet")


class PlainDisplay:
    """A line when a target starts or ends and when a step ends that took work; a sign of life when it is long."""

    HEARTBEAT_SECONDS = 15.0

    def __init__(self, state: LiveState, *, silent: bool = False) -> None:
        self.state = state
        self.silent = silent
        self.began = time.time()
        self._last_line = self.began

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        return None

    def on_event(self, event: Progress) -> None:
        """Print what is worth a line."""
        if self.silent:
            return
        changed = self.state.feed(event)
        if isinstance(changed, StepDone):
            self._step(changed)
        elif isinstance(changed, TargetLine):
            self._target(changed)
        elif time.time() - self._last_line > self.HEARTBEAT_SECONDS:
            self._heartbeat()

    def _step(self, done: StepDone) -> None:
        small = done.cached or (not done.name.kind.is_instruction and done.seconds < 1.0)
        if small and not done.error:
            return
        word = "error" if done.error else duration(done.seconds)
        place = f"{done.name.stage + ' ' if done.name.stage else ''}{done.name.index}/{done.name.total} "
        self._line(
            done.target,
            f"{word:>9}  {place if done.name.index else ''}{done.name.instruction or done.name.raw}",
        )

    def _target(self, line: TargetLine) -> None:
        if line.state is TargetState.QUEUED:
            return
        took = f" in {duration(line.finished - line.started)}" if line.finished and line.started else ""
        note = f": {line.message}" if line.message else ""
        self._line(line.id, f"{line.state}{took}{note}")

    def _heartbeat(self) -> None:
        busy = [t for t in self.state.targets.values() if t.running]
        left = self.state.remaining_seconds(time.time())
        about = f", about {duration(left)} left" if left else ""
        self._line("...", f"{len(busy)} running: {', '.join(t.id for t in busy)}{about}")

    def _line(self, target: str, text: str) -> None:
        self._last_line = time.time()
        clock = f"{self._last_line - self.began:6.1f}"
        click.echo(f"{clock}  {target:<24} {one_line(text, 160)}", err=True)


class JsonDisplay:
    """Every event as one line of JSON on stdout, with its type in `event`."""

    def __init__(self) -> None:
        self._encoder = msgspec.json.Encoder()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        sys.stdout.flush()

    def on_event(self, event: Progress) -> None:
        """Write the event; log bytes are decoded with replacement."""
        body = msgspec.to_builtins(event)
        if isinstance(event, LogEvent):
            body["data"] = event.data.decode("utf-8", "replace")
        line = {"event": type(event).__name__.removesuffix("Event").lower(), **body}
        sys.stdout.write(self._encoder.encode(line).decode() + "\n")


def transfer_text(line: TargetLine) -> str:
    """`12.3 MB / 40.0 MB` while something is moved, else nothing."""
    current, total = line.transferred
    if not current:
        return ""
    return f"{size(current)} / {size(total)}" if total > current else size(current)

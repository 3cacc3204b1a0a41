"""The live display: one row a target, redrawn a few times a second, with a line of totals below."""

from __future__ import annotations

import time
from types import TracebackType
from typing import Self

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

from bakehouse.cli.live_state import LiveState, TargetLine
from bakehouse.cli.plain_text import one_line
from bakehouse.cli.progress import transfer_text
from bakehouse.model.progress import Progress, TargetState
from bakehouse.report.text import duration

_MARKS = {
    TargetState.QUEUED: ("·", "dim"),
    TargetState.DONE: ("✓", "green"),
    TargetState.REUSED: ("✓", "green"),
    TargetState.FAILED: ("✗", "bold red"),
    TargetState.BLOCKED: ("⊘", "yellow"),
    TargetState.SKIPPED: ("-", "yellow"),
    TargetState.CANCELED: ("×", "yellow"),
}


class RichDisplay:
    """Draws a LiveState on stderr. Rows that would not fit the screen's height are folded into a count."""

    def __init__(self, state: LiveState) -> None:
        self.state = state
        self.began = time.time()
        self.console = Console(stderr=True)
        self._spinner = Spinner("dots", style="cyan")
        self._live = Live(get_renderable=self._draw, console=self.console, refresh_per_second=6, transient=True)

    def __enter__(self) -> Self:
        self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._live.stop()

    def on_event(self, event: Progress) -> None:
        """Take an event; the screen follows at its own pace."""
        self.state.feed(event)

    def _draw(self) -> RenderableType:
        now = time.time()
        lines = list(self.state.targets.values())
        room = max(4, self.console.size.height - 3)
        order = {TargetState.RUNNING: 0, TargetState.FAILED: 1, TargetState.QUEUED: 2}
        shown = lines if len(lines) <= room else sorted(lines, key=lambda t: order.get(t.state, 3))[:room]
        grid = Table.grid(padding=(0, 1), expand=True)
        grid.add_column(width=1)
        grid.add_column(no_wrap=True, max_width=26)
        grid.add_column(justify="right", no_wrap=True, width=7)
        grid.add_column(justify="right", no_wrap=True, width=9)
        grid.add_column(no_wrap=True, ratio=1, overflow="ellipsis")
        for line in shown:
            grid.add_row(*self._row(line, now))
        return Group(grid, self._totals(len(lines) - len(shown), now))

    def _row(self, line: TargetLine, now: float) -> tuple[RenderableType, ...]:
        running = line.state is TargetState.RUNNING
        glyph, style = _MARKS.get(line.state, ("", ""))
        mark: RenderableType = self._spinner if running else Text(glyph, style=style)
        took = (line.finished or now) - line.started if line.started else None
        counts = f"{len(line.executed)}/{len(line.executed) + len(line.cached)}" if line.started else ""
        words = "  ".join(filter(None, (transfer_text(line), line.step_text))) if running else line.message
        return (
            mark,
            Text(line.id, style="bold" if running else style),
            Text(f"{took:.1f}s" if took is not None else "", style="cyan" if running else "dim"),
            Text(counts, style="dim"),
            Text(one_line(words, 200), style="" if running else "dim"),
        )

    def _totals(self, hidden: int, now: float) -> Text:
        counts = self.state.counts()
        left = self.state.remaining_seconds(now)
        parts = [f"{duration(now - self.began)}", *(f"{n} {state}" for state, n in counts.items() if n)]
        executed = sum(len(t.executed) for t in self.state.targets.values())
        cached = sum(len(t.cached) for t in self.state.targets.values())
        parts.append(f"{executed} executed, {cached} cached")
        if left is not None and counts.get(TargetState.RUNNING):
            parts.append(f"about {duration(left)} left")
        if hidden:
            parts.append(f"{hidden} rows hidden")
        return Text("  ".join(parts), style="dim")

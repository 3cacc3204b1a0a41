"""One bake call from start to end. In: targets of a definition. Out: events to a sink, and whom to blame."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from bakehouse.build import ca
from bakehouse.build.attribution import Blame, blame, is_collateral
from bakehouse.build.schedule import Call
from bakehouse.build.step_memory import StepMemory
from bakehouse.build.wire import Decoder
from bakehouse.model.progress import BatchEvent, LogEvent, Progress, StepEvent
from bakehouse.tools import buildx
from bakehouse.tools.run import Running, start

# Entitlement prompts of buildx >= 0.19 would wait for an answer that nobody can give; the definition is ours.
ENVIRONMENT = {"BUILDX_BAKE_ENTITLEMENTS_FS": "0", "BUILDX_METADATA_PROVENANCE": "disabled"}
TAIL_BYTES = 8192

Sink = Callable[[Progress], None]


@dataclass(frozen=True, slots=True)
class CallResult:
    """`blame` is None for a good call; `said` is what its failed steps said: error and the end of the log."""

    call: Call
    blame: Blame | None
    digests: Mapping[str, str]
    said: str = ""


@dataclass(slots=True)
class BakeCall:
    """A call that runs; `process` is there while it does. `number` is its own within the run."""

    call: Call
    number: int
    definition: Path
    root: Path
    builder: str | None
    no_cache: bool
    keep_open: Sequence[int] = ()
    memory: StepMemory | None = None
    process: Running | None = None
    stopped: bool = False
    _errors: list[StepEvent] = field(default_factory=list)
    _tails: dict[str, bytes] = field(default_factory=dict)

    def run(self, emit: Sink) -> CallResult:
        """Run to the end. Raises ToolMissingError where there is no docker client."""
        names = self.call.names
        emit(BatchEvent(batch=self.number, targets=names, at=time.time(), finished=False))
        metadata = self.definition.with_name(f"metadata-{self.number}.json")
        argv = buildx.bake(self.definition, names, metadata=metadata, builder=self.builder, no_cache=self.no_cache)
        decoder = Decoder(self.number, names)
        with start(argv, env=ENVIRONMENT, cwd=self.root, keep_open=self.keep_open) as process:
            self.process = process
            if self.stopped:  # before there was a process to stop
                process.interrupt()
            try:
                process.drain(1, lambda _: None)
                for chunk in process.chunks(2):
                    self._forward(decoder.feed(chunk), emit)
                self._forward(decoder.close(), emit)
                code = process.wait()
            finally:
                self.process = None
        words = "" if code == 0 else decoder.plain_text
        emit(BatchEvent(batch=self.number, targets=names, at=time.time(), finished=True, returncode=code, error=words))
        if code == 0:
            return CallResult(self.call, None, digests(metadata))
        return CallResult(self.call, blame(names, self._errors, words, code), {}, self._said(words))

    def interrupt(self) -> None:
        """Stop it, which makes BuildKit cancel its steps; one that has not started yet stops as soon as it has."""
        self.stopped = True
        process = self.process
        if process is not None:
            process.interrupt()

    def _forward(self, events: Sequence[Progress], emit: Sink) -> None:
        for event in events:
            if isinstance(event, StepEvent):
                if self.memory is not None:
                    self.memory.see(event, self.call.names)
                event = replace(event, name=ca.conceal(event.name))  # noqa: PLW2901 - the same event, its own words
                if event.error:
                    self._errors.append(event)
            elif isinstance(event, LogEvent):
                self._tails[event.vertex] = (self._tails.get(event.vertex, b"") + event.data)[-TAIL_BYTES:]
            emit(event)

    def _said(self, words: str) -> str:
        """What the steps that failed of themselves said; where no step did, the client's own words."""
        real = [e for e in self._errors if e.error and not is_collateral(e.error)]
        parts = [f"{e.error}\n{self._tails.get(e.vertex, b'').decode('utf-8', 'replace')}" for e in real]
        return "\n".join(parts) or words


def digests(metadata: Path) -> dict[str, str]:
    """Target -> image digest, from bake's metadata file; empty where it is missing or unreadable."""
    try:
        body = json.loads(metadata.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    if not isinstance(body, dict):
        return {}
    pairs = ((name, entry.get("containerimage.digest")) for name, entry in body.items() if isinstance(entry, dict))
    return {name: digest for name, digest in pairs if isinstance(digest, str)}

"""Recorded BuildKit streams, and how to replay one into a record."""

from __future__ import annotations

import re
from pathlib import Path

from bakehouse.build.wire import Decoder
from bakehouse.history.recorder import Recorder
from bakehouse.model.progress import BatchEvent, Progress, StepEvent, TargetState
from bakehouse.model.record import BuildRecord, RunStatus, TargetRecord

DIRECTORY = Path(__file__).parent
STREAMS = sorted(p.stem for p in DIRECTORY.glob("*.rawjson"))


def raw(name: str) -> bytes:
    return (DIRECTORY / f"{name}.rawjson").read_bytes()


def targets_of(data: bytes) -> tuple[str, ...]:
    return tuple(sorted({m.decode() for m in re.findall(rb'"\[(\S+) internal\]', data)})) or ("app",)


def decode(data: bytes, targets: tuple[str, ...], batch: int = 1) -> tuple[list[Progress], str]:
    decoder = Decoder(batch, targets)
    return decoder.feed(data) + decoder.close(), decoder.plain_text


def header(targets: tuple[str, ...], started: float, run_id: str = "run-1") -> BuildRecord:
    return BuildRecord(
        run_id=run_id,
        workspace="example",
        command=("bakehouse", "build"),
        started=started,
        completed=None,
        status=RunStatus.RUNNING,
        engine="26.1.5",
        host="builder",
        cores=2,
        targets=tuple(
            TargetRecord(
                id=t,
                service=t,
                variant="prod",
                platform="",
                state=TargetState.QUEUED,
                dockerfile=f"{t}/Dockerfile",
            )
            for t in targets
        ),
    )


def replay(name: str, run_id: str = "run-1", **options: object) -> BuildRecord:
    """The record of a recorded stream; its run begins and ends with its first and last step."""
    data = raw(name)
    targets = targets_of(data)
    events, text = decode(data, targets)
    starts = [e.started for e in events if isinstance(e, StepEvent) and e.started is not None]
    ends = [e.completed for e in events if isinstance(e, StepEvent) and e.completed is not None]
    recorder = Recorder(header(targets, min(starts), run_id), **options)  # type: ignore[arg-type]
    recorder.on_event(BatchEvent(batch=1, targets=targets, at=min(starts), finished=False))
    for event in events:
        recorder.on_event(event)
    code = 1 if text else 0
    recorder.on_event(BatchEvent(batch=1, targets=targets, at=max(ends), finished=True, returncode=code, error=text))
    return recorder.finish(RunStatus.FAILED if text else RunStatus.OK, max(ends))

"""A plan run on BuildKit: bake calls in parallel, their streams decoded into one stream of Progress events.

In: a Plan and options. Out: events to the sink (called from several threads, one at a time) and the state of
every target. Ctrl-C stops the calls, which makes BuildKit cancel their steps, before it goes on upwards.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field, replace
from pathlib import Path

from bakehouse.build import bake, ca, schedule
from bakehouse.build.attribution import Blame, blame
from bakehouse.build.wire import Decoder
from bakehouse.errors import EngineError, ToolError
from bakehouse.model.plan import Plan, Target, Verdict
from bakehouse.model.progress import BatchEvent, Progress, StepEvent, TargetEvent, TargetState
from bakehouse.tools import buildx, docker
from bakehouse.tools.run import Running, run, start

Sink = Callable[[Progress], None]

# Entitlement prompts of buildx >= 0.19 would wait for an answer that nobody can give; the definition is ours.
BAKE_ENVIRONMENT = {"BUILDX_BAKE_ENTITLEMENTS_FS": "0", "BUILDX_METADATA_PROVENANCE": "disabled"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How to run a plan. `concurrency` counts bake calls (0: from the cores)."""

    concurrency: int = 0
    fail_fast: bool = False
    no_cache: bool = False
    push: bool = False
    load: bool = False
    expected_seconds: Mapping[str, float] = field(default_factory=dict)


def execute(plan: Plan, options: Options, sink: Sink, work: Path) -> dict[str, TargetState]:
    """Run the plan; the state every target ended in.

    `work` is a directory of this run's own for the definition and metadata files. Raises EngineError where
    the engine went away, KeyboardInterrupt after it stopped everything on Ctrl-C; both times the sink has
    got a last event for each target.
    """
    work.mkdir(parents=True, exist_ok=True)
    definition = work / "bake.json"
    definition.write_text(bake.text(plan, push=options.push, load=options.load), encoding="utf-8")
    return _Execution(plan, options, sink, definition).run()


@dataclass(slots=True)
class _BatchResult:
    targets: tuple[Target, ...]
    blame: Blame | None
    digests: Mapping[str, str]


class _Execution:
    """One run: its queue of batches, its running processes, and what became of each target."""

    def __init__(self, plan: Plan, options: Options, sink: Sink, definition: Path) -> None:
        self.plan = plan
        self.options = options
        self.definition = definition
        self.states: dict[str, TargetState] = {}
        self.stopping = False
        self._sink = sink
        self._lock = threading.Lock()
        self._running: dict[int, Running] = {}
        self._batches = 0
        groups = schedule.components(plan.to_build)
        self._queue = list(schedule.longest_first(groups, options.expected_seconds))

    def run(self) -> dict[str, TargetState]:
        for target in self.plan.targets:
            self._announce(target)
        workers = self.options.concurrency or schedule.default_concurrency()
        pool = ThreadPoolExecutor(max_workers=workers, thread_name_prefix="bake")
        futures: set[Future[_BatchResult]] = set()
        try:
            while self._queue or futures:
                while self._queue and len(futures) < workers and not self.stopping:
                    futures.add(pool.submit(self._run_batch, self._queue.pop(0)))
                if not futures:
                    break
                # a time limit, because a wait without one cannot be interrupted everywhere
                done, futures = wait(futures, timeout=1.0, return_when=FIRST_COMPLETED)
                for future in done:
                    self._settle(future.result())
        except BaseException:
            self._stop()
            wait(futures, timeout=30)
            raise
        finally:
            self._cancel_rest()
            pool.shutdown(wait=True, cancel_futures=True)
        return self.states

    def _announce(self, target: Target) -> None:
        states = {
            Verdict.BUILD: TargetState.QUEUED,
            Verdict.REUSE: TargetState.REUSED,
            Verdict.BLOCKED: TargetState.BLOCKED,
            Verdict.SKIPPED: TargetState.SKIPPED,
        }
        self._set(target.id, states[target.verdict], message=target.reason)

    def _run_batch(self, targets: tuple[Target, ...]) -> _BatchResult:
        with self._lock:
            self._batches += 1
            number = self._batches
        names = tuple(t.id for t in targets)
        self._emit(BatchEvent(batch=number, targets=names, at=time.time(), finished=False))
        for name in names:
            self._set(name, TargetState.RUNNING)
        metadata = self.definition.with_name(f"metadata-{number}.json")
        argv = buildx.bake(
            self.definition,
            names,
            metadata=metadata,
            builder=self.plan.builder,
            no_cache=self.options.no_cache,
        )
        errors: list[StepEvent] = []
        decoder = Decoder(number, names)
        with start(argv, env=BAKE_ENVIRONMENT, cwd=self.plan.root) as process:
            with self._lock:
                self._running[number] = process
            try:
                process.drain(1, lambda _: None)
                for chunk in process.chunks(2):
                    self._forward(decoder.feed(chunk), errors)
                self._forward(decoder.close(), errors)
                code = process.wait()
            finally:
                with self._lock:
                    del self._running[number]
        words = "" if code == 0 else decoder.plain_text
        self._emit(BatchEvent(batch=number, targets=names, at=time.time(), finished=True, returncode=code, error=words))
        guilty = None if code == 0 else blame(names, errors, words, code)
        return _BatchResult(targets, guilty, _digests(metadata) if code == 0 else {})

    def _forward(self, events: list[Progress], errors: list[StepEvent]) -> None:
        for event in events:
            if isinstance(event, StepEvent):
                event = replace(event, name=ca.conceal(event.name))  # noqa: PLW2901 - the same event, its own words
                if event.error:
                    errors.append(event)
            self._emit(event)

    def _settle(self, result: _BatchResult) -> None:
        if result.blame is None:
            sizes = self._image_sizes(result.targets)
            for target in result.targets:
                self._set(target.id, TargetState.DONE, digest=result.digests.get(target.id), size=sizes.get(target.id))
            return
        if self.stopping:
            return
        guilty = result.blame
        # a target built from a failed one repeats its error: it is blocked, not guilty
        blocked = {b for g in guilty.targets for b in schedule.dependents(g, result.targets)}
        failed = guilty.targets - blocked
        for name in sorted(failed):
            self._set(name, TargetState.FAILED, message=guilty.message)
        for name in sorted(blocked):
            self._set(name, TargetState.BLOCKED, message=f"needs {', '.join(sorted(failed))}, which failed")
        self._check_engine(guilty.message)
        if self.options.fail_fast:
            self._stop()
            return
        rest = tuple(t for t in result.targets if t.id not in failed | blocked)
        if rest:  # bake cancelled them for the failure of another: they get a call of their own
            self._queue.insert(0, rest)

    def _check_engine(self, message: str) -> None:
        if self.plan.builder:
            return
        try:
            run(docker.info(), timeout=20)
        except ToolError as error:
            self._stop()
            raise EngineError(
                f"the container engine went away in mid-build: {message or error.message}",
                hint="start it again (scripts/engine up, or your Docker) and run bakehouse doctor; then build again: "
                "finished steps are cached",
            ) from None

    def _image_sizes(self, targets: tuple[Target, ...]) -> dict[str, int]:
        tagged = [t for t in targets if t.tags]
        if not tagged:
            return {}
        done = run(docker.image_inspect([t.tags[0] for t in tagged]), check=False, timeout=60)
        try:
            images = json.loads(done.stdout or "[]")
        except json.JSONDecodeError:
            return {}
        by_tag = {tag: image.get("Size") for image in images for tag in image.get("RepoTags") or ()}
        sizes = {t.id: by_tag.get(t.tags[0]) for t in tagged}
        return {name: int(size) for name, size in sizes.items() if size is not None}

    def _stop(self) -> None:
        self.stopping = True
        self._queue.clear()
        with self._lock:
            processes = list(self._running.values())
        stoppers = [threading.Thread(target=process.interrupt) for process in processes]
        for thread in stoppers:
            thread.start()
        for thread in stoppers:
            thread.join()

    def _cancel_rest(self) -> None:
        for target in self.plan.to_build:
            if self.states.get(target.id) in (TargetState.QUEUED, TargetState.RUNNING):
                self._set(target.id, TargetState.CANCELED)

    def _set(
        self,
        target: str,
        state: TargetState,
        *,
        digest: str | None = None,
        size: int | None = None,
        message: str = "",
    ) -> None:
        self.states[target] = state
        self._emit(
            TargetEvent(target=target, state=state, at=time.time(), digest=digest, image_bytes=size, message=message)
        )

    def _emit(self, event: Progress) -> None:
        with self._lock:
            self._sink(event)


def _digests(metadata: Path) -> dict[str, str]:
    """Target -> image digest, from bake's metadata file; empty where it is missing or unreadable."""
    try:
        body = json.loads(metadata.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    pairs = ((name, entry.get("containerimage.digest")) for name, entry in body.items() if isinstance(entry, dict))
    return {name: digest for name, digest in pairs if isinstance(digest, str)}

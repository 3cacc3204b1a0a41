"""A plan run on BuildKit: bake calls in parallel, their streams decoded into one stream of Progress events.

In: a Plan and options. Out: events to the sink (called from several threads, one at a time) and the state of
every target. Ctrl-C stops the calls, which makes BuildKit cancel their steps, before it goes on upwards.
"""

from __future__ import annotations

import threading
import time
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import replace
from pathlib import Path

from bakehouse.build import bake, local_engine, names, schedule
from bakehouse.build.attribution import Blame
from bakehouse.build.bake_call import BakeCall, CallResult, Sink
from bakehouse.build.cache.recovery import Repairs
from bakehouse.build.call_queue import CallQueue
from bakehouse.build.placement import Placement
from bakehouse.build.retries import Retries
from bakehouse.build.run_options import Options
from bakehouse.build.schedule import Call
from bakehouse.build.step_memory import StepMemory
from bakehouse.errors import BakehouseError, EngineError
from bakehouse.model.plan import Plan, Target, Verdict
from bakehouse.model.progress import Progress, TargetEvent, TargetState


def execute(plan: Plan, options: Options, sink: Sink, work: Path) -> dict[str, TargetState]:
    """Run the plan; the state every target ended in.

    `work` is a directory of this run's own for the definition and metadata files. Raises EngineError where
    the engine went away, KeyboardInterrupt after it stopped everything on Ctrl-C; both times the sink has
    got a last event for each target.
    """
    definition = work / "bake.json"
    if plan.to_build:
        work.mkdir(parents=True, exist_ok=True)
        _write_definition(definition, plan, options)
    return _Execution(plan, options, sink, definition).run()


class _Execution:
    """One run: its queue of calls, those that run, and what became of each target."""

    def __init__(self, plan: Plan, options: Options, sink: Sink, definition: Path) -> None:
        self.plan = plan
        self.options = options
        self.definition = definition
        self.states: dict[str, TargetState] = {}
        self.stopping = False
        self._sink = sink
        self._lock = threading.Lock()
        self._running: dict[Future[CallResult], BakeCall] = {}
        self._calls = 0
        self._retries = Retries(options.retries)
        self._memory = StepMemory()
        self._remarks: dict[str, str] = {}
        self._moved: dict[str, str] = {}
        self._places = Placement(plan.builder, options.pool, definition.parent.parent.parent)
        self._repairs = Repairs(plan.root)
        self._queue = CallQueue(options.peak_memory, options.memory)
        for call in schedule.calls(plan.to_build, options.expected_seconds):
            self._queue.add(call)

    def run(self) -> dict[str, TargetState]:
        for target in self.plan.targets:
            self._announce(target)
        if not self._queue:
            return self.states
        workers = self.options.concurrency or self._places.workers(schedule.default_concurrency())
        pool = ThreadPoolExecutor(max_workers=workers, thread_name_prefix="bake")
        self._memory.start()
        try:
            while self._queue or self._running:
                self._start_ready(pool, workers)
                if not self._running:
                    time.sleep(0.2)  # all that is left waits for the time of another try
                    continue
                # a time limit, because a wait without one cannot be interrupted everywhere
                done, _ = wait(self._running, timeout=1.0, return_when=FIRST_COMPLETED)
                for future in done:
                    ended = self._running.pop(future)
                    self._places.ended(ended.number, len(self._queue))
                    self._settle(ended, future.result())
                self._stop_hanging()
        except BaseException:
            self._stop()
            wait(self._running, timeout=30)
            raise
        finally:
            self._memory.stop()
            self._cancel_rest()
            pool.shutdown(wait=True, cancel_futures=True)
        return self.states

    def _start_ready(self, pool: ThreadPoolExecutor, workers: int) -> None:
        while len(self._running) < workers and not self.stopping:
            busy = [running.call for running in self._running.values()]
            unfinished = {n for n, s in self.states.items() if s in (TargetState.QUEUED, TargetState.RUNNING)}
            call = self._queue.take(time.monotonic(), unfinished, busy, self._places.has_room)
            if call is None:
                return
            self._calls += 1
            place = self._places.take(self._calls, call)
            running = BakeCall(
                call,
                self._calls,
                self.definition,
                self.plan.root,
                place.builder,
                self.options.no_cache,
                self.options.keep_open,
                self._memory,
            )
            for name in call.names:
                self._set(name, TargetState.RUNNING, message=place.note)
            self._places.tell(len(self._queue))
            self._running[pool.submit(self._work, running)] = running

    def _work(self, running: BakeCall) -> CallResult:
        result = running.run(self._emit)
        after = self.options.after_build
        if result.blame is not None or after is None:
            return result
        failed = {}
        for target in result.call.targets:
            try:
                self._remarks[target.id] = after(target, result.digests.get(target.id, ""))
            except BakehouseError as error:
                failed[target.id] = error.message
        if not failed:
            return result
        words = "\n".join(failed.values())
        return CallResult(result.call, Blame(frozenset(failed), words.partition("\n")[0]), {}, words)

    def _announce(self, target: Target) -> None:
        states = {
            Verdict.BUILD: TargetState.QUEUED,
            Verdict.REUSE: TargetState.REUSED,
            Verdict.BLOCKED: TargetState.BLOCKED,
            Verdict.SKIPPED: TargetState.SKIPPED,
        }
        image = (target.reuse.digest if target.reuse else None, None)
        self._set(target.id, states[target.verdict], image, message=target.reason)

    def _stop_hanging(self) -> None:
        """Stop calls whose builder was found dead: their connection may stay open for ever."""
        dead = self._places.dead(running.number for running in self._running.values())
        for running in list(self._running.values()):
            if running.number in dead:
                threading.Thread(target=running.interrupt, daemon=True).start()

    def _settle(self, ended: BakeCall, result: CallResult) -> None:
        targets = result.call.targets
        if result.blame is None:
            tags = {t.id: names.pushing_tag(t.tags[0]) if self.options.push else t.tags[0] for t in targets if t.tags}
            sizes = local_engine.image_sizes(tags)
            for target in targets:
                image = (result.digests.get(target.id), sizes.get(target.id))
                self._set(target.id, TargetState.DONE, image, message=self._note(target.id))
            return
        if self.stopping:
            return
        if lost_builder := self._places.lost(ended.number, result.said):
            self._queue.add(result.call, first=True)
            for target in targets:
                self._moved[target.id] = f"moved, as {lost_builder}"
                self._set(target.id, TargetState.QUEUED, message=f"{lost_builder}: runs elsewhere")
            return
        # a target built from a failed one repeats its error: it is blocked, not guilty
        blocked = {b for g in result.blame.targets for b in schedule.dependents(g, self.plan.to_build)}
        failed = result.blame.targets - blocked
        self._check_engine(result.blame.message)
        again = self._without_damaged_cache(failed, targets, result)
        again |= self._try_again(failed - again, targets, result.said)
        lost = failed - again
        blocked = {b for g in lost for b in schedule.dependents(g, self.plan.to_build)}
        for name in sorted(lost):
            self._set(name, TargetState.FAILED, message=_joined(result.blame.message, self._note(name)))
        waiting = {t.id for t in self._queue.drop(blocked)}
        for name in sorted(blocked & (waiting | {t.id for t in targets})):
            self._set(name, TargetState.BLOCKED, message=f"needs {', '.join(sorted(lost))}, which failed")
        if lost and self.options.fail_fast:
            self._stop()
            return
        self._queue_rest(targets, failed.union(blocked), again)

    def _queue_rest(
        self, targets: tuple[Target, ...], settled: set[str] | frozenset[str], again: frozenset[str]
    ) -> None:
        """The targets that bake cancelled for another's failure get calls of their own."""
        rest = [t for t in targets if t.id not in settled]
        behind = {b for name in again for b in schedule.dependents(name, targets)}
        for group in (tuple(t for t in rest if t.id in behind), tuple(t for t in rest if t.id not in behind)):
            if group:
                needs = frozenset(n for t in group for n in t.depends_on) & again
                self._queue.add(Call(group, needs), first=True)
                for target in group:
                    self._set(target.id, TargetState.QUEUED)

    def _try_again(self, failed: frozenset[str], targets: tuple[Target, ...], said: str) -> frozenset[str]:
        """Queue those of the failed targets once more whose failure may pass; their ids."""
        retries = {t.id: self._retries.next(t.id, said) for t in targets if t.id in failed}
        for target in targets:
            retry = retries.get(target.id)
            if retry is not None:
                self._queue.add(Call((target,)), not_before=time.monotonic() + retry.pause)
                self._set(target.id, TargetState.QUEUED, message=retry.message)
        return frozenset(name for name, retry in retries.items() if retry is not None)

    def _without_damaged_cache(
        self, failed: frozenset[str], targets: tuple[Target, ...], result: CallResult
    ) -> frozenset[str]:
        """Queue those of the failed targets once more that a damaged cache may have failed; their ids."""
        words = f"{result.said}\n{result.blame.message if result.blame else ''}"
        mended = self._repairs.attempt([t for t in targets if t.id in failed], words)
        if mended:
            self.plan = replace(self.plan, targets=tuple(mended.get(t.id, t) for t in self.plan.targets))
            _write_definition(self.definition, self.plan, self.options)
        for name, target in mended.items():
            self._queue.add(Call((target,)))
            self._set(name, TargetState.QUEUED, message=self._repairs.said[name])
        return frozenset(mended)

    def _note(self, name: str) -> str:
        """What is said of a target besides its state: what had to be done again and why, and after_build's remark."""
        again = self._retries.note(name)
        return _joined(again, self._moved.get(name, ""), self._repairs.said.get(name, ""), self._remarks.get(name, ""))

    def _check_engine(self, message: str) -> None:
        if self.plan.builder or self.options.pool:
            return
        try:
            local_engine.require(message)
        except EngineError:
            self._stop()
            raise

    def _stop(self) -> None:
        self.stopping = True
        self._queue.clear()
        stoppers = [threading.Thread(target=running.interrupt) for running in list(self._running.values())]
        for thread in stoppers:
            thread.start()
        for thread in stoppers:
            thread.join()

    def _cancel_rest(self) -> None:
        for target in self.plan.to_build:
            if self.states.get(target.id) in (TargetState.QUEUED, TargetState.RUNNING):
                self._set(target.id, TargetState.CANCELED)

    def _set(
        self, name: str, state: TargetState, image: tuple[str | None, int | None] = (None, None), *, message: str = ""
    ) -> None:
        """A new state; `image` is digest and size, where they are known."""
        self.states[name] = state
        peak = self._memory.peak(name) if state is TargetState.DONE else None
        self._emit(
            TargetEvent(
                target=name,
                state=state,
                at=time.time(),
                digest=image[0],
                image_bytes=image[1],
                peak_memory=peak,
                message=message,
            )
        )

    def _emit(self, event: Progress) -> None:
        with self._lock:
            self._sink(event)


def _write_definition(path: Path, plan: Plan, options: Options) -> None:
    """In one step: a call that starts meanwhile reads the old one or the new one."""
    temporary = path.with_suffix(".new")
    temporary.write_text(bake.text(plan, push=options.push, load=options.load, staged=True), encoding="utf-8")
    temporary.replace(path)


def _joined(*parts: str) -> str:
    return "; ".join(p for p in parts if p)

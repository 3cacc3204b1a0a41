"""Many questions at once, with one time limit for all of them. In: functions. Out: their answers or errors.

The threads are daemons and are never waited for after the limit: a server that stalls for ever holds up neither
the build nor the end of the program.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Hashable, Mapping
from typing import Generic, TypeVar

from bakehouse.errors import BakehouseError, RegistryError

K = TypeVar("K", bound=Hashable)
T = TypeVar("T")

WORKERS = 16


class Asking(Generic[K, T]):
    """Questions that are being asked; `answers` waits for them."""

    def __init__(self, questions: Mapping[K, Callable[[], T]], workers: int = WORKERS) -> None:
        self._said: dict[K, T | BakehouseError] = {}
        self._open = set(questions)
        self._todo: queue.SimpleQueue[tuple[K, Callable[[], T]]] = queue.SimpleQueue()
        self._done: queue.SimpleQueue[tuple[K, T | Exception]] = queue.SimpleQueue()
        for item in questions.items():
            self._todo.put(item)
        for _ in range(min(workers, len(questions))):
            threading.Thread(target=self._work, daemon=True, name="ask").start()

    def answers(self, *, seconds: float, idle: float | None = None) -> dict[K, T | BakehouseError]:
        """The answer to each question, or the error it raised; RegistryError for those not answered in `seconds`, or
        still open when for `idle` seconds (None: no such limit) no good answer came.

        An error that is no BakehouseError is our bug and is raised here.
        """
        begun = good = time.monotonic()
        while self._open:
            until = min(begun + seconds, good + (seconds if idle is None else idle))
            try:
                key, answer = self._done.get(timeout=max(0.0, until - time.monotonic()))
            except queue.Empty:
                break
            if not isinstance(answer, BakehouseError):
                good = time.monotonic()
            if isinstance(answer, Exception) and not isinstance(answer, BakehouseError):
                raise answer
            self._open.discard(key)
            self._said[key] = answer
        waited = time.monotonic() - begun
        late = RegistryError(f"no answer within {waited:.0f} s", hint="the registry is slow or stalls")
        return dict.fromkeys(self._open, late) | self._said

    def _work(self) -> None:
        while True:
            try:
                key, question = self._todo.get_nowait()
            except queue.Empty:
                return
            try:
                self._done.put((key, question()))
            except Exception as error:
                self._done.put((key, error))


def ask(
    questions: Mapping[K, Callable[[], T]], *, seconds: float, idle: float | None = None
) -> dict[K, T | BakehouseError]:
    """Ask and wait: see Asking.answers."""
    return Asking(questions).answers(seconds=seconds, idle=idle) if questions else {}

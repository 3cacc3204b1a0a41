"""Many questions at once, with one time limit for all of them. In: functions. Out: their answers or errors.

The threads are daemons and are never waited for after the limit: a server that stalls for ever holds up neither
the build nor the end of the program.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Hashable, Mapping
from typing import TypeVar

from bakehouse.errors import BakehouseError, RegistryError

K = TypeVar("K", bound=Hashable)
T = TypeVar("T")

WORKERS = 16


def ask(
    questions: Mapping[K, Callable[[], T]], *, seconds: float, workers: int = WORKERS
) -> dict[K, T | BakehouseError]:
    """The answer to each question, or the error it raised; RegistryError for those not answered in `seconds`.

    An error that is no BakehouseError is our bug and is raised here.
    """
    todo: queue.SimpleQueue[tuple[K, Callable[[], T]]] = queue.SimpleQueue()
    answers: queue.SimpleQueue[tuple[K, T | Exception]] = queue.SimpleQueue()
    for item in questions.items():
        todo.put(item)

    def work() -> None:
        while True:
            try:
                key, question = todo.get_nowait()
            except queue.Empty:
                return
            try:
                answers.put((key, question()))
            except Exception as error:
                answers.put((key, error))

    for _ in range(min(workers, len(questions))):
        threading.Thread(target=work, daemon=True, name="ask").start()
    late = RegistryError(f"no answer within {seconds:g} s", hint="the registry is slow or stalls")
    result: dict[K, T | BakehouseError] = dict.fromkeys(questions, late)
    deadline = time.monotonic() + seconds
    for _ in questions:
        try:
            key, answer = answers.get(timeout=max(0.0, deadline - time.monotonic()))
        except queue.Empty:
            break
        if isinstance(answer, Exception) and not isinstance(answer, BakehouseError):
            raise answer
        result[key] = answer
    return result

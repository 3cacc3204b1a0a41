"""Many questions at once: answers, errors, and limits of time."""

import threading
import time

import pytest

from bakehouse.errors import BakehouseError, RegistryError
from bakehouse.tools.at_once import ask


def fails():
    raise RegistryError("no")


def test_answers_and_errors_come_back_by_their_question():
    said = ask({"a": lambda: 1, "b": fails, "c": lambda: None}, seconds=5)
    assert said["a"] == 1
    assert said["c"] is None
    assert said["b"].message == "no"
    assert ask({}, seconds=5) == {}


def test_they_are_asked_side_by_side():
    together = threading.Barrier(8)
    assert len(ask(dict.fromkeys(range(8), together.wait), seconds=5)) == 8


def test_what_is_not_answered_in_time_is_an_error_and_holds_up_nobody():
    never = threading.Event()
    began = time.monotonic()
    said = ask({"a": lambda: 1, "late": never.wait}, seconds=0.3)
    assert time.monotonic() - began < 2
    assert said["a"] == 1
    assert isinstance(said["late"], BakehouseError)
    never.set()


def test_good_answers_buy_time_and_failures_do_not():
    def slowly(answer):
        time.sleep(0.2)
        return answer()

    questions = {i: lambda: slowly(lambda: 1) for i in range(48)}
    assert set(ask(questions, seconds=30, idle=0.5).values()) == {1}
    began = time.monotonic()
    said = ask({i: lambda: slowly(fails) for i in range(480)}, seconds=30, idle=0.5)
    assert time.monotonic() - began < 3
    assert all(isinstance(answer, RegistryError) for answer in said.values())


def test_a_bug_is_not_hidden():
    with pytest.raises(ZeroDivisionError):
        ask({"a": lambda: 1 // 0}, seconds=5)

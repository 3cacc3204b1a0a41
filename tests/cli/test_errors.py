"""Exceptions become messages and exit codes in one place."""

import errno

import pytest

from bakehouse.cli import main
from bakehouse.errors import EngineError, UsageError


@pytest.fixture
def raising(monkeypatch):
    def arrange(error):
        def fail(**_):
            raise error

        monkeypatch.setattr(main.main, "main", fail)
        return main.run_cli(["scan"])

    return arrange


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (UsageError("no such thing", hint="ask for another"), 2, "what to do: ask for another"),
        (EngineError("gone"), 1, "gone"),
        (OSError(errno.ENOSPC, "No space left on device", "/x"), 1, "free some space"),
        (OSError(errno.EROFS, "Read-only file system", "/x"), 1, "read-only"),
        (KeyboardInterrupt(), 130, "interrupted"),
        (ZeroDivisionError("surprise"), 3, "our bug: ZeroDivisionError: surprise"),
    ],
)
def test_errors_end_with_their_code_and_words(raising, capsys, error, code, said):
    assert raising(error) == code
    captured = capsys.readouterr()
    assert said in captured.err
    assert captured.out == ""

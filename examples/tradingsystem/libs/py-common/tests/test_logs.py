import io
import json
import logging

import pytest
from tradingsystem_common.logs import configure_logging


@pytest.fixture(autouse=True)
def restore_logging():
    root = logging.getLogger()
    before = root.handlers, root.level
    yield
    root.handlers, level = before
    root.setLevel(level)


def test_a_record_is_one_line_of_json_with_its_extras():
    stream = io.StringIO()
    configure_logging("b3", "info", stream)
    logging.getLogger("feed").info("two\nlines %s", 7, extra={"ticker": "PETR4"})
    (line,) = stream.getvalue().splitlines()
    entry = json.loads(line)
    assert entry["message"] == "two\nlines 7"
    assert (entry["service"], entry["level"], entry["ticker"]) == ("b3", "info", "PETR4")


def test_an_extra_cannot_replace_a_standard_key():
    stream = io.StringIO()
    configure_logging("b3", "info", stream)
    logging.getLogger("feed").info("x", extra={"service": "other"})
    assert json.loads(stream.getvalue())["service"] == "b3"


def test_an_exception_is_in_the_entry():
    stream = io.StringIO()
    configure_logging("b3", "info", stream)
    try:
        raise ValueError("odd")
    except ValueError:
        logging.getLogger("feed").exception("failed")
    assert "ValueError: odd" in json.loads(stream.getvalue())["exception"]

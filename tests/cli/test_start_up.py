"""`bakehouse --help` stays fast because it imports next to nothing."""

import subprocess
import sys

import pytest

HEAVY = ("rich", "jinja2", "sqlite3", "bakehouse.web", "yaml", "tomlkit", "msgspec", "bakehouse.api")
PROGRAM = """
import sys
sys.argv = ["bakehouse", *{arguments!r}]
from bakehouse.cli.entry import entry
try:
    entry()
except SystemExit as done:
    print(done.code, *(name for name in {heavy!r} if name in sys.modules), file=sys.stderr)
"""


def loaded(*arguments):
    program = PROGRAM.format(arguments=arguments, heavy=HEAVY)
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=30)
    code, *heavy = done.stderr.split()
    assert code == "0", done.stderr
    return done.stdout, heavy


@pytest.mark.parametrize("arguments", [("--help",), ("-h",), ()])
def test_help_imports_nothing_heavy(arguments):
    text, heavy = loaded(*arguments)
    assert "doctor" in text
    assert heavy == []


def test_the_guard_would_see_a_heavy_import():
    _, heavy = loaded("doctor", "--help")
    assert "msgspec" in heavy

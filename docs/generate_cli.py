"""Writes docs/reference/cli.md from the verbs' own help, so that the reference cannot drift.

In: the verb table and each verb's click command. Out: the file; run it as `python docs/generate_cli.py`.
"""

from __future__ import annotations

import importlib
from pathlib import Path

import click

from bakehouse.cli.verbs import VERBS, render_help

OUTPUT = Path(__file__).parent / "reference" / "cli.md"
_WIDTH = 80
_HEAD = """\
# Command line

Made by `python docs/generate_cli.py` from `--help`; do not edit by hand.

All verbs take `-C DIR`, `--json`, `-q` and `-v`. Exit codes: 0 done, 1 findings or a failed build, 2 wrong use or
configuration, 3 our bug, 130 interrupted.
"""


def sections() -> dict[str, str]:
    """`bakehouse plan` -> its section in Markdown, in the order of the verb table."""
    found = {"bakehouse": _section("bakehouse", render_help(_WIDTH).rstrip())}
    for verb, (module, _) in VERBS.items():
        _add(found, f"bakehouse {verb}", importlib.import_module(module).command)
    return found


def render() -> str:
    """The whole file."""
    return "\n".join([_HEAD, *sections().values()])


def _add(found: dict[str, str], name: str, command: click.Command) -> None:
    context = click.Context(
        command,
        info_name=name,
        terminal_width=_WIDTH,
        max_content_width=_WIDTH,
        help_option_names=["-h", "--help"],  # as the main group sets it for all verbs
    )
    found[name] = _section(name, command.get_help(context))
    if isinstance(command, click.Group):
        for part, inner in command.commands.items():
            _add(found, f"{name} {part}", inner)


def _section(name: str, text: str) -> str:
    return f"## {name}\n\n```text\n{text}\n```\n"


if __name__ == "__main__":
    OUTPUT.write_text(render(), encoding="utf-8")

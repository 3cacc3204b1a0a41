"""What the `bakehouse` command runs first: help at once from the standard library, all else through click."""

from __future__ import annotations

import os
import sys

from bakehouse.cli.verbs import render_help


def entry() -> None:
    """Run the command line and exit with its code."""
    arguments = sys.argv[1:]
    if arguments in ([], ["-h"], ["--help"]) and "_BAKEHOUSE_COMPLETE" not in os.environ:
        sys.stdout.write(render_help())
        sys.exit(0)
    from bakehouse.cli.main import run_cli

    sys.exit(run_cli(arguments))

"""What the `bakehouse` command runs first: help at once from the standard library, all else through click."""

from __future__ import annotations

import gc
import os
import sys

from bakehouse.cli.verbs import render_help
from bakehouse.errors import EXIT_INTERRUPTED


def entry() -> None:
    """Run the command line and exit with its code."""
    arguments = sys.argv[1:]
    if arguments in ([], ["-h"], ["--help"]) and "_BAKEHOUSE_COMPLETE" not in os.environ:
        sys.stdout.write(render_help())
        sys.exit(0)
    # What one call makes mostly lives until its end: looking for garbage every 700 objects took a fifth of the time
    # of `affected` with 10,000 services (python -m bench affected).
    gc.set_threshold(200_000, 20, 100)
    try:
        from bakehouse.cli.main import run_cli

        code = run_cli(arguments)
    except KeyboardInterrupt:  # while modules were being imported; later run_cli says it
        sys.stderr.write("bakehouse: interrupted\n")
        code = EXIT_INTERRUPTED
    finally:
        gc.freeze()  # the process ends: Python need not look through everything once more
    sys.exit(code)

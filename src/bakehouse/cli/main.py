"""The entry: a lazy table of verbs, and the one place where errors become messages and exit codes.

A verb's module is imported only when it is called, so that `bakehouse --help` stays fast.
"""

from __future__ import annotations

import errno
import importlib
import os
import sys

import click

from bakehouse import __version__
from bakehouse.cli.verbs import VERBS, render_help
from bakehouse.errors import EXIT_BUG, EXIT_FINDINGS, EXIT_INTERRUPTED, EXIT_OK, EXIT_USAGE, BakehouseError


class LazyVerbs(click.Group):
    """A click group whose commands are imported when they are called."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """The verbs, in the order of a day's work."""
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Import the verb's module and return its `command`."""
        entry_point = VERBS.get(cmd_name)
        if entry_point is None:
            return None
        command = importlib.import_module(entry_point[0]).command
        assert isinstance(command, click.Command)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """As click's, but an unknown verb names the nearest one."""
        if args and args[0] not in VERBS and not args[0].startswith("-"):
            import difflib

            near = difflib.get_close_matches(args[0], VERBS, n=1)
            tail = f" Did you mean {near[0]}?" if near else f" Verbs: {', '.join(VERBS)}."
            ctx.fail(f"no verb {args[0]!r}.{tail}")
        return super().resolve_command(ctx, args)

    def get_help(self, ctx: click.Context) -> str:
        """The same text as the fast path of entry.py."""
        return render_help(ctx.terminal_width or 80).rstrip("\n")


@click.group(cls=LazyVerbs, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="bakehouse")
def main() -> None:
    """Build a polyglot monorepo on BuildKit: one graph, measured, recorded."""


def run_cli(argv: list[str]) -> int:
    """Run one command line; the exit code. The only place where exceptions become messages."""
    try:
        result = main.main(args=argv, prog_name="bakehouse", standalone_mode=False)
    except click.exceptions.Exit as done:
        return done.exit_code
    except click.Abort:
        return _interrupted()
    except click.ClickException as error:
        error.show()
        return EXIT_USAGE
    except BakehouseError as error:
        _show(error)
        return error.exit_code
    except KeyboardInterrupt:
        return _interrupted()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return EXIT_FINDINGS
    except OSError as error:
        return _machine_refuses(error)
    except Exception:
        return _bug()
    return result if isinstance(result, int) else EXIT_OK


def _show(error: BakehouseError) -> None:
    where = f"{error.where}: " if error.where else ""
    click.echo(f"bakehouse: {where}{error.message}", err=True)
    if error.hint:
        click.echo(f"  what to do: {error.hint}", err=True)


_REFUSALS = {
    errno.ENOSPC: "free some space (`docker buildx prune` drops build cache) and try again",
    errno.EDQUOT: "free some of your quota and try again",
    errno.EROFS: "the file system is read-only: work in a copy, or mount it writable",
    errno.EACCES: "check who owns it and its permissions",
}


def _machine_refuses(error: OSError) -> int:
    """A full, read-only or forbidden disk is no bug of ours; any other operating system error is."""
    hint = _REFUSALS.get(error.errno or 0)
    if hint is None:
        return _bug()
    where = f"{error.filename}: " if error.filename else ""
    click.echo(f"bakehouse: {where}{error.strerror}\n  what to do: {hint}", err=True)
    return EXIT_FINDINGS


def _interrupted() -> int:
    click.echo("bakehouse: interrupted", err=True)
    return EXIT_INTERRUPTED


def _bug() -> int:
    import tempfile
    import traceback

    text = traceback.format_exc()
    with tempfile.NamedTemporaryFile("w", prefix="bakehouse-bug-", suffix=".log", delete=False) as log:
        log.write(f"bakehouse {__version__}\npython {sys.version}\n\n{text}")
    last = text.strip().splitlines()[-1]
    click.echo(f"bakehouse: this is our bug: {last}\n  what to do: send us {log.name}", err=True)
    return EXIT_BUG

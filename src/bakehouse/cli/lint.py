"""`bakehouse lint`: what could be better in Dockerfiles and around them, and the repair of it."""

from __future__ import annotations

import gc
import sys

import click

from bakehouse.api import linting
from bakehouse.cli.options import CliContext, common_options
from bakehouse.cli.plain_text import safe
from bakehouse.errors import UsageError
from bakehouse.model.finding import LintReport, Severity
from bakehouse.report.findings import FORMATS, render
from bakehouse.report.findings.diff import unified

FAIL_ON = (*(severity.value for severity in Severity), "never")


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("paths", nargs=-1, metavar="[PATH]...")
@click.option("--fix", is_flag=True, help="Repair what can be repaired safely.")
@click.option("--unsafe", is_flag=True, help="With --fix or --diff: repair also what a person should look at.")
@click.option("--diff", "as_diff", is_flag=True, help="Show what --fix would change; write nothing.")
@click.option("--select", multiple=True, metavar="NAME", help="Only these rules, groups or aliases (DL3008).")
@click.option("--ignore", multiple=True, metavar="NAME", help="Not these rules, groups or aliases.")
@click.option("--format", "form", type=click.Choice(FORMATS), default="text", help="The form of the output.")
@click.option("-o", "--output", metavar="FILE", help="Write the output to FILE.")
@click.option("--fail-on", type=click.Choice(FAIL_ON), help="Exit 1 from this severity on (default: warning).")
@click.option("--isolated", is_flag=True, help="Look at each file alone, not at the repository around it.")
@click.option("--baseline", metavar="FILE", help="Hold back the findings in FILE.")
@click.option("--no-baseline", is_flag=True, help="Hold nothing back.")
@click.option("--write-baseline", is_flag=True, help="Let the findings of today be held back from now on.")
@click.option("--shellcheck/--no-shellcheck", default=None, help="Ask ShellCheck about the shell of RUN.")
@click.option("--stdin-filename", default="Dockerfile", metavar="NAME", help="What to call the file that is -.")
@click.option("--statistics", is_flag=True, help="Count findings by rule instead of listing them.")
@common_options
def command(
    ctx: CliContext,
    paths: tuple[str, ...],
    fix: bool,
    unsafe: bool,
    as_diff: bool,
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    form: str,
    output: str | None,
    fail_on: str | None,
    isolated: bool,
    baseline: str | None,
    no_baseline: bool,
    write_baseline: bool,
    shellcheck: bool | None,
    stdin_filename: str,
    statistics: bool,
) -> int:
    """Find what could be better in Dockerfiles and around them, and repair it.

    Without PATH all Dockerfiles of the repository are read, with its compose files, ignore files and build
    contexts. `bakehouse rule NAME` tells more of a rule. A comment `# bakehouse: ignore=NAME` (or hadolint's)
    silences a rule for the next instruction.

    \b
    Examples:
      bakehouse lint
      bakehouse lint api/Dockerfile --diff
      bakehouse lint --fix --unsafe --select cache
      bakehouse lint --format sarif -o lint.sarif
      bakehouse lint --write-baseline          start an old repository at zero
      bakehouse lint - < Dockerfile
    """
    gc.disable()  # trees are kept to the end and have no cycles: collecting would cost a third of the time
    _refuse_nonsense(paths, fix=fix, as_diff=as_diff, unsafe=unsafe, write=write_baseline)
    if fix and "-" in paths and (ctx.json or output or form != "text"):
        raise UsageError("--fix of - prints the repaired file, and nothing else", hint="leave out --json, --format, -o")
    request = linting.LintRequest(
        paths=paths,
        select=_names(select),
        ignore=_names(ignore),
        isolated=isolated,
        fix=fix or as_diff,
        unsafe=unsafe,
        shellcheck=shellcheck,
        baseline=None if no_baseline or write_baseline else baseline or "",
        stdin=_standard_input() if "-" in paths else None,
        stdin_name=stdin_filename,
    )
    report = linting.lint(ctx.directory, request)
    if write_baseline:
        name = linting.save_baseline(ctx.directory, report, baseline)
        ctx.say(f"{len(report.findings)} findings are held back from now on, by {name}")
        return 0
    if as_diff:
        return _show_diff(ctx, report, output)
    if fix and "-" in paths:
        sys.stdout.buffer.write(next((f.after for f in report.fixed), request.stdin or b""))
        return _exit_code(ctx, report, fail_on)
    if fix:
        linting.write_fixes(ctx.directory, report)
    _emit(ctx, report, "json" if ctx.json else form, output, statistics=statistics)
    return _exit_code(ctx, report, fail_on)


def _refuse_nonsense(paths: tuple[str, ...], *, fix: bool, as_diff: bool, unsafe: bool, write: bool) -> None:
    if unsafe and not (fix or as_diff):
        raise UsageError("--unsafe goes with --fix or --diff", hint="`bakehouse lint --diff --unsafe` shows it first")
    if fix and as_diff:
        raise UsageError("--fix writes and --diff does not", hint="give one of them")
    if write and (fix or as_diff):
        raise UsageError("--write-baseline goes without --fix and --diff", hint="fix first, then write the baseline")
    if "-" in paths and len(paths) > 1:
        raise UsageError("- (standard input) stands alone", hint="give files in another call")
    if write and "-" in paths:
        raise UsageError("there is no baseline for standard input", hint="give the file itself")


def _standard_input() -> bytes:
    data = sys.stdin.buffer.read(linting.MAX_BYTES + 1)
    if len(data) > linting.MAX_BYTES:
        raise UsageError(f"standard input is larger than {linting.MAX_BYTES} bytes: no Dockerfile")
    return data


def _names(given: tuple[str, ...]) -> tuple[str, ...]:
    """`--select a,b --select c` → a, b, c."""
    return tuple(name.strip() for text in given for name in text.split(",") if name.strip())


def _show_diff(ctx: CliContext, report: LintReport, output: str | None) -> int:
    changed = sum(1 for file in report.fixed if file.after != file.before)
    if ctx.json:
        _emit(ctx, report, "json", output, statistics=False)
        return 1 if changed else 0
    text = unified(report.fixed)
    if output:
        linting.save_output(ctx.directory, output, text)
    else:
        sys.stdout.buffer.write(text)
        sys.stdout.flush()
    ctx.say(f"{changed} {'file' if changed == 1 else 'files'} would change" if changed else "nothing would change")
    return 1 if changed else 0


def _emit(ctx: CliContext, report: LintReport, form: str, output: str | None, *, statistics: bool) -> None:
    if statistics and form == "text":
        from bakehouse.report.findings.statistics import by_rule

        text = by_rule(report)
    else:
        text = render(form, report, linting.lint_rules())
    if form == "text":
        text = safe(text)
    if output:
        linting.save_output(ctx.directory, output, text.encode("utf-8", "surrogateescape"))
        ctx.say(f"written to {output}: {len(report.findings)} findings in {len(report.checked)} files")
    else:
        sys.stdout.write(text)
        sys.stdout.flush()


def _exit_code(ctx: CliContext, report: LintReport, fail_on: str | None) -> int:
    level = fail_on or linting.fail_on(ctx.directory)
    if level == "never":
        return 0
    return 1 if any(f.severity.rank <= Severity(level).rank for f in report.findings) else 0

"""Lint from paths to report, and fixes from memory to disk. Only wiring and file access."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from bakehouse.api.replacing import replace_files
from bakehouse.config import Config, load
from bakehouse.errors import BakehouseError, UsageError
from bakehouse.lint import shell_findings
from bakehouse.lint.baseline import new_findings, read_baseline, write_baseline
from bakehouse.lint.fixing import Fixer
from bakehouse.lint.linter import Linter, by_place
from bakehouse.lint.repo import Repo
from bakehouse.lint.rules import SYNTAX_RULE, rule_infos
from bakehouse.lint.selection import RuleNames, select
from bakehouse.model.finding import Finding, LintReport, Place, RuleInfo
from bakehouse.model.service import Notice, Workspace
from bakehouse.tools import shellcheck
from bakehouse.tools.run import failure, run
from bakehouse.workspace.discover import discover
from bakehouse.workspace.naming import FileRole, role
from bakehouse.workspace.tree import walk

MAX_BYTES = 64 * 1024 * 1024
"""No Dockerfile is larger; a file that is gets a finding instead of our memory."""

SCRIPTS_A_CALL = 400
"""How many scripts one call of ShellCheck gets: start-up is most of its time, and a command line has an end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LintRequest:
    """What to lint and how. `paths` are files and directories (none: the whole workspace); `select` and `ignore`
    go over the configuration; `isolated` looks at each file alone; `stdin` is the content of the path `-`, known
    as `stdin_name`; `baseline` is a file, "" for the configured one, None for none."""

    paths: tuple[str, ...] = ()
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    isolated: bool = False
    fix: bool = False
    unsafe: bool = False
    shellcheck: bool | None = None
    baseline: str | None = ""
    stdin: bytes | None = None
    stdin_name: str = "Dockerfile"


def lint_rules() -> tuple[RuleInfo, ...]:
    """All rules, by name."""
    return rule_infos()


def lint(root: Path, request: LintRequest) -> LintReport:
    """Find, and with `fix` repair in memory (see `write_fixes`). Raises UsageError and ConfigError."""
    settings = load(root)
    selection = select(settings.lint, RuleNames(rule_infos()), chosen=request.select, ignored=request.ignore)
    repo, notices, unread = _repo(root, settings, request)
    linter = Linter(selection)
    fixed = Fixer(linter, unsafe=request.unsafe).fix(repo) if request.fix else ()
    linter.suppressed = 0
    linter.broken.clear()
    findings = tuple(sorted((*linter.check(repo), *unread), key=by_place))
    wanted = request.shellcheck if request.shellcheck is not None else settings.lint.shellcheck == "auto"
    if wanted:
        found, silenced = _shell_findings(repo, linter, (*request.ignore, *settings.lint.ignore))
        findings = tuple(sorted((*findings, *found), key=by_place))
        linter.suppressed += silenced
    known = _baseline(root, settings, request)
    new = new_findings(findings, known) if known else findings
    return LintReport(
        findings=new,
        checked=tuple(sorted(repo.subjects)),
        notices=(*notices, *(_broken(*bug) for bug in linter.broken)),
        suppressed=linter.suppressed,
        baselined=len(findings) - len(new),
        fixed=fixed,
    )


def write_fixes(root: Path, report: LintReport) -> None:
    """Write what fixing changed: all files or none, mode and links stay.

    Raises UsageError where a file is no longer what was read, OSError where the disk refuses.
    """
    changed = [file for file in report.fixed if file.after != file.before]
    for file in changed:
        if _now(root / file.path) != file.before:
            raise UsageError(
                "changed while it was looked at; nothing was written", path=file.path, hint="run the command again"
            )
    replace_files({root / file.path: file.after for file in changed})


def save_baseline(root: Path, report: LintReport, name: str | None = None) -> str:
    """Write the baseline file that holds back the report's findings; its name, workspace-relative."""
    name = name or load(root).lint.baseline
    replace_files({root / name: write_baseline(report.findings)})
    return name


def save_output(root: Path, name: str, data: bytes) -> None:
    """Write a report to a file. Raises UsageError where it cannot be one, OSError where the disk refuses."""
    path = root / name
    if path.exists() and not path.is_file() and not path.is_dir():  # /dev/stdout, a pipe
        path.write_bytes(data)
    else:
        replace_files({path: data})


def fail_on(root: Path) -> str:
    """The configured severity from which on findings make the exit code 1."""
    return load(root).lint.fail_on


def _repo(root: Path, settings: Config, request: LintRequest) -> tuple[Repo, list[Notice], list[Finding]]:
    """The subjects that the request means, the workspace around them, and findings for what cannot be read.

    A file that was named has to be readable; one that was met in a directory stops nobody. Raises UsageError.
    """
    notices: list[Notice] = []
    workspace = None if request.isolated else _workspace(root, settings, notices)
    repo = Repo(root, settings, workspace)
    unread: list[Finding] = []
    for path, named in _files(root, settings, request).items():
        if path == "-":
            repo.add(request.stdin_name, request.stdin or b"")
            continue
        try:
            repo.add(path, _read(root / path))
        except OSError as error:
            message = f"cannot be read: {error.strerror}"
        except UsageError as error:
            message = error.message
        else:
            continue
        if named:
            raise UsageError(message, path=path, hint="name a Dockerfile that can be read")
        unread.append(_unread(path, message))
    return repo, notices, unread


def _unread(path: str, message: str) -> Finding:
    rule = SYNTAX_RULE.RULE
    return Finding(rule=rule.name, group=rule.group, severity=rule.severity, message=message,
                   place=Place(path=path, line=1, end_line=1, end_column=1))  # fmt: skip


def _workspace(root: Path, settings: Config, notices: list[Notice]) -> Workspace | None:
    """The scan; what makes it impossible is a notice, and each file is looked at alone."""
    try:
        return discover(root, settings)
    except BakehouseError as error:
        message = f"the repository cannot be scanned, so each file is looked at alone: {error.message}"
        notices.append(Notice(message=message, path=error.path, line=error.line, hint=error.hint))
        return None


def _read(path: Path) -> bytes:
    """The bytes of a file. Raises OSError and UsageError."""
    with path.open("rb") as file:
        data = file.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise UsageError(f"larger than {MAX_BYTES} bytes: no Dockerfile")
    return data


def _now(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None


def _files(root: Path, settings: Config, request: LintRequest) -> dict[str, bool]:
    """The Dockerfiles to look at, workspace-relative where they lie in it, and whether they were named.

    Raises UsageError.
    """
    found: dict[str, bool] = {}
    for given in request.paths or (".",):
        if given == "-":
            found["-"] = True
            continue
        path = root / given
        if path.is_dir():
            exclude = settings.workspace.exclude
            names = (name for name in walk(path, exclude).files if _is_dockerfile(name))
            found = {**{_relative(root, path / name): False for name in names}, **found}
        elif path.exists():
            found[_relative(root, path)] = True
        else:
            raise UsageError(f"there is no {given}", hint="give files, directories, or - for standard input")
    return found


def _is_dockerfile(path: str) -> bool:
    return role(path.rpartition("/")[2]) is FileRole.DOCKERFILE


def _relative(root: Path, path: Path) -> str:
    path = Path(os.path.normpath(path))
    try:
        return path.relative_to(root).as_posix()
    except ValueError:
        return str(path)


def _baseline(root: Path, settings: Config, request: LintRequest) -> dict[str, dict[str, dict[str, int]]]:
    if request.baseline is None:
        return {}
    name = request.baseline or settings.lint.baseline
    try:
        return read_baseline((root / name).read_bytes(), name)
    except OSError as error:
        if request.baseline:
            raise UsageError(f"cannot be read: {error.strerror}", path=name) from None
        return {}


def _shell_findings(repo: Repo, linter: Linter, left_out: Iterable[str]) -> tuple[list[Finding], int]:
    """What ShellCheck says of every RUN, placed in the Dockerfiles, and how many of it comments silence.

    Raises ToolMissingError and ToolError.
    """
    scripts = [script for subject in repo.subjects.values() for script in shell_findings.scripts(subject)]
    comments: dict[int, list[shell_findings.Comment]] = {}
    with tempfile.TemporaryDirectory(prefix="bakehouse-shellcheck-") as directory:
        for dialect in sorted({script.dialect for script in scripts}):
            numbers = [number for number, script in enumerate(scripts) if script.dialect == dialect]
            for number in numbers:
                Path(directory, str(number)).write_bytes(scripts[number].text.data)
            for first in range(0, len(numbers), SCRIPTS_A_CALL):
                files = [str(Path(directory, str(number))) for number in numbers[first : first + SCRIPTS_A_CALL]]
                done = run(shellcheck.check(dialect, files), check=False)
                if done.returncode not in (0, 1):
                    raise failure(done)
                for comment in shell_findings.read_answer(done.stdout):
                    comments.setdefault(int(Path(comment.file).name), []).append(comment)
    found, silenced = shell_findings.place(scripts, comments, linter.names)
    ignored = {name.upper() for name in left_out}
    return [finding for finding in found if finding.rule not in ignored], silenced


def _broken(rule: str, path: str, error: Exception) -> Notice:
    message = f"rule {rule} failed here, which is our bug ({type(error).__name__}: {error}); the others went on"
    return Notice(message=message, path=path)

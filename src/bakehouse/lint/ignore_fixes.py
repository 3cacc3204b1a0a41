"""Better ignore files, as rules offer them: a build goes in, a tried draft comes out.

What a build plainly uses is never left out: `.git` stays where a RUN calls git or reads the directory.
"""

from __future__ import annotations

from collections.abc import Iterable

from bakehouse.lint.contexts import Build
from bakehouse.lint.repo import Repo
from bakehouse.workspace.ignore_proposal import Draft, propose

_READS_HISTORY = ("git", "hg", "svn", "setuptools_scm", "goreleaser", "gitversion", "versioneer", "dunamai")


def proposal(repo: Repo, build: Build) -> Draft | None:
    """A better ignore file for a build and all others that the file governs; None where there is nothing to gain.

    Nor where it would leave out nothing but the Dockerfile: that costs a cached COPY now and then, no more.
    """
    others = tuple(other.view for other in _sharing(repo.builds, build))
    existing = repo.read(build.view.ignore_file) if build.view.ignore_file else None
    draft = propose(build.view, existing, others)
    if draft is None or (draft.form != "allow-list" and all("build files" in reason for reason in draft.reasons)):
        return None
    users = (build, *_sharing(repo.builds, build))
    if any(_reads_history(user) for user in users) and ".git" in draft.text.replace(".gitignore", ""):
        return None
    return draft


def draft_matters(draft: Draft) -> bool:
    """Whether a draft leaves out more than build files, logs and what editors leave: then it is worth a warning."""
    return any(not reason.startswith(("the image's own build", "logs", "files of editors")) for reason in draft.reasons)


def added_lines(before: bytes, draft: Draft) -> bytes:
    """What a draft of the form `additions` puts behind the file's own bytes."""
    return draft.text.encode("utf-8", "surrogateescape").removeprefix(before)


def _sharing(builds: Iterable[Build], build: Build) -> list[Build]:
    """The other builds that the same ignore file governs, or would."""
    return [
        other
        for other in builds
        if other is not build
        and other.view.tree.directory == build.view.tree.directory
        and other.view.ignore_file == build.view.ignore_file
    ]


def _reads_history(build: Build) -> bool:
    """Whether a RUN of the build calls for version control's own directory."""
    return any(
        command.name in _READS_HISTORY or any(".git" in word.static for word in command.words)
        for run in build.subject.runs
        for command in run.script.commands
    )

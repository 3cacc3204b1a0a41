"""What the shell of a RUN does when a command fails: -e and pipefail, wherever they are set.

Enter a Run; leave booleans. SHELL, `set` in the script, the interpreter of a here-document and its `#!` line count.
"""

from __future__ import annotations

import re

from bakehouse.dockerfile.shell import SHELLS
from bakehouse.lint.subject import Run

_SHORT = re.compile(r"-[a-zA-Z]*e[a-zA-Z]*\Z")


def sets_pipefail(run: Run) -> bool:
    """Whether a pipe fails with any of its commands."""
    words = [word.static for c in run.script.commands if c.name == "set" for word in c.words[1:]]
    shell = run.step.before.effective_shell
    return any("pipefail" in word for word in (*shell, *words)) or any("pipefail" in head for head in _heads(run))


def sets_errexit(run: Run) -> bool:
    """Whether the script stops at the first command that fails."""
    sets = [[word.static for word in c.words[1:]] for c in run.script.commands if c.name == "set"]
    shells = [list(run.step.before.effective_shell[1:]), *(head.split() for head in _heads(run))]
    return any("errexit" in words or any(_SHORT.match(word) for word in words) for words in (*sets, *shells))


def interpreter(run: Run) -> str:
    """The name of the shell that reads the script: `bash` for `RUN <<EOF bash` or a `#!/bin/bash` line."""
    for head in _heads(run):
        for word in head.replace("#!", " ").split():
            if word.rpartition("/")[2] in SHELLS:
                return word.rpartition("/")[2]
    return run.step.before.effective_shell[0].rpartition("/")[2]


def _heads(run: Run) -> list[str]:
    """The line that opens a here-document, and the `#!` line it begins with."""
    heredocs = run.instruction.heredocs
    if not heredocs:
        return []
    first = heredocs[0].text.partition("\n")[0]
    return [first if first.startswith("#!") else "", *([run.instruction.original] if len(heredocs) == 1 else [])]

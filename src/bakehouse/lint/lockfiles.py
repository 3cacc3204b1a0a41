"""Lock files: does a RUN have one beside it, as far as the Dockerfile says?

Enter a RUN and the names of lock files; leave whether a COPY before it, or a mount of it, names one of them.
`COPY . .` says nothing.
"""

from __future__ import annotations

from bakehouse.dockerfile.sources import SourceKind
from bakehouse.lint.subject import Run, Subject


def copied_names(run: Run, subject: Subject) -> set[str]:
    """The names of the files that a RUN finds because its stage, or a base stage, copied or mounts them."""
    found = {source.path.rpartition("/")[2] for source in run.step.sources}
    stage = run.stage
    end = run.instruction.code.start
    while True:
        for step in stage.steps:
            if step.instruction.code.start < end and step.instruction.name in ("COPY", "ADD"):
                kinds = (SourceKind.CONTEXT, SourceKind.STAGE, SourceKind.NAMED_CONTEXT)
                found |= {s.path.rpartition("/")[2] for s in step.sources if s.kind in kinds}
        base = stage.stage.origin.stage
        if base is None:
            return found
        stage = subject.stages[base]

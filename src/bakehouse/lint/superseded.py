"""Instructions that a later one of the same stage makes void: of CMD, ENTRYPOINT and HEALTHCHECK the last counts.

Enter a subject and an instruction's name; leave hits with the fix that takes the void ones out.
"""

from __future__ import annotations

from collections.abc import Iterator

from bakehouse.dockerfile.edits import delete_lines
from bakehouse.lint.rule import Hit, safe_fix
from bakehouse.lint.subject import Subject


def superseded(subject: Subject, name: str) -> Iterator[Hit]:
    """A hit for every instruction called `name` that is not the last one of its stage."""
    for stage in subject.stages:
        same = [instruction for instruction in stage.stage.instructions if instruction.name == name]
        for instruction in same[:-1]:
            yield Hit(
                f"this {name} has no effect: line {same[-1].start_line} replaces it",
                instruction.code,
                hint="remove it",
                fix=safe_fix(f"Remove the {name} without effect", delete_lines(subject.tree, instruction.span)),
            )

"""The history of an image and the Dockerfile it should come from go in; the line of each step comes out, or nothing.

BuildKit writes one step of history for each instruction but FROM and ONBUILD (for ARG only with newer frontends), and
puts those of the base image before them (buildkit, dockerfile2llb, commitToHistory). The two are laid side by side from
the end. Where they disagree, the image was built from another file, and no line is claimed.
"""

from __future__ import annotations

from collections.abc import Sequence

from bakehouse.dockerfile.meaning import Meaning
from bakehouse.dockerfile.state import StageMeaning, Step
from bakehouse.image.documents import History

_COMMENT = " # buildkit"
_SHELL = " /bin/sh -c "
_NOP = "/bin/sh -c #(nop) "


def instruction_of(created_by: str) -> str:
    """A step of history as an instruction, without build arguments and what the engine puts around it."""
    text = created_by.strip().removesuffix(_COMMENT)
    if text.startswith(_NOP):
        return text.removeprefix(_NOP).strip()
    if text.startswith("/bin/sh -c "):
        return "RUN " + text.removeprefix("/bin/sh -c ").strip()
    if text.startswith("RUN ") and _SHELL in text[3:]:
        return "RUN " + text.partition(_SHELL)[2].strip()
    return text


def lines_of_history(history: Sequence[History], meaning: Meaning) -> tuple[int | None, ...] | None:
    """The line of each step, None for those of the base image; None as a whole where file and image disagree."""
    steps = _steps(meaning)
    lines: list[int | None] = [None] * len(history)
    at = len(history) - 1
    for step in reversed(steps):
        if step.instruction.name == "ONBUILD":
            continue
        while at >= 0 and _is_foreign_arg(history[at], step):
            at -= 1
        if at >= 0 and _agree(history[at], step):
            lines[at] = step.instruction.start_line
            at -= 1
        elif step.instruction.name != "ARG":
            return None
    return tuple(lines)


def _steps(meaning: Meaning) -> list[Step]:
    """The steps of the target and of the stages it stands on, first to last."""
    if meaning.target is None:
        return []
    chain: list[StageMeaning] = [meaning.target]
    while (below := chain[-1].stage.origin.stage) is not None:
        chain.append(meaning.stages[below])
    return [step for found in reversed(chain) for step in found.steps]


def _is_foreign_arg(history: History, step: Step) -> bool:
    """An ARG of which the file knows nothing: a plan injects some for the host's certificate authority."""
    return _keyword(history) == "ARG" and not _agree(history, step)


def _keyword(history: History) -> str:
    return instruction_of(history.created_by).partition(" ")[0].upper()


def _agree(history: History, step: Step) -> bool:
    name = step.instruction.name
    if _keyword(history) != name:
        return False
    text = " ".join(instruction_of(history.created_by).split())
    if name == "RUN" and not step.instruction.heredocs:
        return " ".join(" ".join(step.instruction.arguments).split()) in text
    if name == "ARG":
        return any(pair.key.text in text.replace("=", " ").split() for pair in step.instruction.pairs)
    if name in ("COPY", "ADD", "WORKDIR") and step.certain and step.values:
        return step.values[-1].rstrip("/") in text
    return True

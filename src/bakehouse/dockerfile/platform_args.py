"""Build arguments that differ by platform, in one build of several: the Dockerfile picks the value itself.

BuildKit has one set of arguments for all platforms of a target. So all values go into the default of one ARG, each
behind its platform's name, and the expansion operators `#` and `%%` take out the one of $TARGETPLATFORM:

    ARG TARGETPLATFORM
    ARG _V=linux/amd64=one;linux/arm64=two;
    ARG _V_REST=${_V#*${TARGETPLATFORM}=}
    ARG V=${_V_REST%%;*}

Enter a tree and the values; leave edits. Source of the operators: Docker's Dockerfile reference, environment
replacement (frontend 1.7, BuildKit 0.13).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from bakehouse.dockerfile.edits import insert_line_before, replace
from bakehouse.dockerfile.syntax import Dockerfile, Instruction
from bakehouse.model.edit import Edit

_SEPARATORS = ";|~^"
PREFIX = "BAKEHOUSE_PLATFORM_"

Values = Mapping[str, Mapping[str, str]]
"""Name of the argument -> platform -> value."""


def cannot_carry(value: str) -> bool:
    """Whether a value cannot stand in such a default: it has quotes, white space, `$`, or all separators."""
    return any(c.isspace() or c in "\"'\\$`" for c in value) or all(c in value for c in _SEPARATORS)


def platform_arg_edits(tree: Dockerfile, values: Values) -> Iterator[Edit]:
    """Give every ARG of these names the default that picks its value. Values must be ones that can be carried."""
    in_stage = False
    for instruction in tree.instructions:
        in_stage = in_stage or instruction.name == "FROM"
        wanted = [pair for pair in instruction.pairs if pair.key.text in values] if instruction.name == "ARG" else []
        if wanted:
            lines = ["ARG TARGETPLATFORM"] if in_stage else []
            for pair in wanted:
                lines += _carriers(pair.key.text, values[pair.key.text])
            yield insert_line_before(tree, instruction.span, _joined(tree, instruction, lines))
            for pair in wanted:
                separator = _separator(values[pair.key.text])
                name = pair.key.text
                yield replace(pair.span, f"{name}=${{{PREFIX}{name}_REST%%{separator}*}}")


def _carriers(name: str, by_platform: Mapping[str, str]) -> list[str]:
    separator = _separator(by_platform)
    whole = "".join(f"{platform}={value}{separator}" for platform, value in sorted(by_platform.items()))
    carrier = f"{PREFIX}{name}"
    return [f"ARG {carrier}={whole}", f"ARG {carrier}_REST=${{{carrier}#*${{TARGETPLATFORM}}=}}"]


def _separator(by_platform: Mapping[str, str]) -> str:
    """A character that no value has."""
    return next((c for c in _SEPARATORS if all(c not in value for value in by_platform.values())), _SEPARATORS[0])


def _joined(tree: Dockerfile, instruction: Instruction, lines: list[str]) -> str:
    newline = "\r\n" if tree.data[: instruction.span.end].endswith(b"\r\n") else "\n"
    return newline.join(lines)

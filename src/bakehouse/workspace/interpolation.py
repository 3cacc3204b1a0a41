"""`${NAME:-default}` in compose files: text and variables go in, text comes out."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

_NAME = r"[A-Za-z_][A-Za-z0-9_]*"
_REFERENCE = re.compile(
    rf"\$\$|\$(?P<bare>{_NAME})|\$\{{(?P<name>{_NAME})(?:(?P<operator>:?[-+?])(?P<word>(?:[^{{}}]|\{{[^{{}}]*\}})*))?\}}"
)


def interpolate(text: str, variables: Mapping[str, str]) -> str:
    """Replace variables as compose does; one that is not set becomes empty, `$$` a dollar sign."""
    return _REFERENCE.sub(_replacement(variables), text)


def _replacement(variables: Mapping[str, str]) -> Callable[[re.Match[str]], str]:
    def replace(found: re.Match[str]) -> str:
        name = found["bare"] or found["name"]
        if name is None:
            return "$"
        value = variables.get(name)
        operator, word = found["operator"] or "", found["word"] or ""
        present = bool(value) if operator.startswith(":") else value is not None
        if operator.endswith("+"):
            return interpolate(word, variables) if present else ""
        if operator.endswith("-") and not present:
            return interpolate(word, variables)
        return value or ""

    return replace


def read_env_file(text: str) -> dict[str, str]:
    """The variables of a `.env` file; lines that are none are ignored."""
    variables: dict[str, str] = {}
    for line in text.splitlines():
        found = re.match(rf"\s*(?:export\s+)?({_NAME})\s*=\s*(.*?)\s*$", line)
        if found:
            value = found[2]
            quoted = re.match(r"""(["'])(.*?)\1""", value)
            variables[found[1]] = quoted[2] if quoted else re.sub(r"\s+#.*$", "", value)
    return variables

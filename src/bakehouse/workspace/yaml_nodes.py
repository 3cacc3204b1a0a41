"""YAML text goes in; a tree of values that know their line comes out, with merge keys and aliases resolved.

Aliases are expanded up to a limit: a file of nested aliases ("billion laughs") is an error with its line,
after bounded work. All scalars stay text; null is None.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import yaml

from bakehouse.errors import WorkspaceError

MAX_BYTES = 4_000_000
MAX_VALUES = 200_000
MAX_DEPTH = 100


@dataclass(frozen=True, slots=True)
class Value:
    """A YAML value: `data` is dict[str, Value], list[Value], str or None; `line` is 1-based.

    `twice` has the lines of keys that stand more than once in a mapping (the last one counts).
    """

    data: dict[str, Value] | list[Value] | str | None
    line: int
    key_lines: dict[str, int] = field(default_factory=dict)
    twice: dict[str, tuple[int, int]] = field(default_factory=dict)

    def get(self, key: str) -> Value | None:
        """The value of a key, None where there is none or this is no mapping."""
        return self.data.get(key) if isinstance(self.data, dict) else None

    def text(self, key: str) -> str | None:
        """The value of a key where it is a scalar."""
        found = self.get(key)
        return found.data if found is not None and isinstance(found.data, str) else None

    @property
    def mapping(self) -> dict[str, Value]:
        """The data where this is a mapping, else an empty one."""
        return self.data if isinstance(self.data, dict) else {}

    @property
    def items(self) -> list[Value]:
        """The data where this is a sequence, else an empty one."""
        return self.data if isinstance(self.data, list) else []


def parse_yaml(text: str, path: str) -> Value:
    """Read the first document. Raises WorkspaceError with file and line."""
    if len(text) > MAX_BYTES:
        raise WorkspaceError(f"larger than {MAX_BYTES} bytes: not read", path=path)
    try:
        loader: Any = yaml.SafeLoader(text)  # composed, never constructed: no object of the file's choosing
        try:
            node = loader.get_node() if loader.check_node() else None
        finally:
            loader.dispose()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        message = f"invalid YAML: {error.problem or error.context}"
        raise WorkspaceError(message, path=path, line=mark.line + 1 if mark else None) from error
    except yaml.YAMLError as error:
        raise WorkspaceError(f"invalid YAML: {str(error).splitlines()[0]}", path=path, line=1) from error
    except RecursionError as error:
        raise WorkspaceError("YAML nested too deeply", path=path, line=1) from error
    return Value(None, 1) if node is None else _Expansion(path).value(node, 0)


class _Expansion:
    """Turns nodes into values and counts them, since aliases make one node appear many times."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.count = 0

    def value(self, node: yaml.Node, depth: int) -> Value:
        line = node.start_mark.line + 1
        self.count += 1
        if self.count > MAX_VALUES or depth > MAX_DEPTH:
            why = f"more than {MAX_VALUES} values" if depth <= MAX_DEPTH else f"more than {MAX_DEPTH} levels"
            raise WorkspaceError(
                f"aliases expand to {why}", path=self.path, line=line, hint="write fewer aliases of aliases"
            )
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, line, depth)
        if isinstance(node, yaml.SequenceNode):
            return Value([self.value(child, depth + 1) for child in node.value], line)
        null = node.tag == "tag:yaml.org,2002:null"
        return Value(None if null else str(node.value), line)

    def _mapping(self, node: yaml.MappingNode, line: int, depth: int) -> Value:
        own: dict[str, Value] = {}
        merged: dict[str, Value] = {}
        lines: dict[str, int] = {}
        twice: dict[str, tuple[int, int]] = {}
        for key, child in node.value:
            at = key.start_mark.line + 1
            if key.tag == "tag:yaml.org,2002:merge" or key.value == "<<":
                merge = self.value(child, depth + 1)
                for source in [merge, *merge.items]:
                    merged = {**source.mapping, **merged}
                continue
            name = str(key.value)
            if name in own:
                twice[name] = (lines[name], at)
            own[name] = self.value(child, depth + 1)
            lines[name] = at
        return Value({**merged, **own}, line, lines, twice)

"""The tree as plain data, for `--json`: documented here, stable, and independent of our class names.

Enter a `Dockerfile`; leave dicts and lists that `json.dumps` takes. Spans are `[start, end]` byte offsets,
`lines` are `[first, last]`, 1-based. Bytes that are not UTF-8 appear as U+FFFD.

    {"file", "escape", "frontend",
     "directives": [{"name", "value", "line", "span"}],
     "instructions": [{"instruction", "keyword", "flags": [{"name", "value", "span"}], "form",
                       "arguments": [{"text", "span"}], "pairs": [{"name", "value", "span"}], "trigger",
                       "heredocs": [{"name", "expand", "strip_tabs", "descriptor", "content", "line", "body"}],
                       "lines", "span", "code", "original"}],
     "comments": [{"text", "line", "span"}],
     "errors": [{"message", "expected", "line", "column", "span"}]}
"""

from __future__ import annotations

from typing import Any

from bakehouse.dockerfile.syntax import Dockerfile, Instruction, Pair, Problem, TriviaKind


def tree_as_json(tree: Dockerfile) -> dict[str, Any]:
    """The whole tree."""
    return {
        "file": tree.filename,
        "escape": tree.escape,
        "frontend": tree.frontend,
        "directives": [
            {"name": d.name, "value": _text(d.value), "line": d.line, "span": list(d.span)} for d in tree.directives
        ],
        "instructions": [_instruction(instruction) for instruction in tree.instructions],
        "comments": [
            {"text": _text(item.text), "line": item.line, "span": list(item.span)}
            for item in tree.trivia
            if item.kind is TriviaKind.COMMENT
        ],
        "errors": [problem_as_json(problem) for problem in tree.errors],
    }


def problem_as_json(problem: Problem) -> dict[str, Any]:
    """One problem."""
    return {
        "message": _text(problem.message),
        "expected": problem.expected,
        "line": problem.line,
        "column": problem.column,
        "span": list(problem.span),
    }


def _instruction(found: Instruction) -> dict[str, Any]:
    return {
        "instruction": _text(found.name),
        "keyword": _text(found.keyword.text),
        "flags": [
            {"name": _text(flag.name), "value": _maybe(flag.value), "span": list(flag.span)} for flag in found.flags
        ],
        "form": found.form.value,
        "arguments": [{"text": _text(word.text), "span": list(word.span)} for word in found.words],
        "pairs": [_pair(pair) for pair in found.pairs],
        "trigger": _instruction(found.trigger) if found.trigger else None,
        "heredocs": [
            {
                "name": _text(heredoc.name),
                "expand": heredoc.expand,
                "strip_tabs": heredoc.strip_tabs,
                "descriptor": heredoc.descriptor,
                "content": _text(heredoc.content),
                "line": heredoc.line,
                "body": list(heredoc.body),
            }
            for heredoc in found.heredocs
        ],
        "lines": [found.start_line, found.end_line],
        "span": list(found.span),
        "code": list(found.code),
        "original": _text(found.original),
    }


def _pair(pair: Pair) -> dict[str, Any]:
    value = pair.value.text if pair.value else None
    return {"name": _text(pair.key.text), "value": _maybe(value), "span": list(pair.span)}


def _maybe(text: str | None) -> str | None:
    return None if text is None else _text(text)


def _text(text: str) -> str:
    return text if text.isascii() else text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")

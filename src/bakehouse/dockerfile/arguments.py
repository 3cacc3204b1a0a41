"""The arguments of each instruction: which grammar its line has, and what that grammar leaves.

Enter the rest of an instruction's line (after its flags); leave `Arguments`, or GrammarError where
BuildKit's parser refuses the line. ONBUILD is the parser's business, since it holds an instruction.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from bakehouse.dockerfile.jsonarray import NotStringsError, parse_array
from bakehouse.dockerfile.syntax import Form, Pair, Span, Word
from bakehouse.dockerfile.words import PairError, Region, list_words, name_values, quoted_words, split_pair

_BYTE_SPACE = b"\t\n\v\f\r \x85\xa0"


class Arguments(NamedTuple):
    """What `Instruction` keeps of its arguments."""

    form: Form
    words: tuple[Word, ...] = ()
    pairs: tuple[Pair, ...] = ()


class GrammarError(ValueError):
    """A line that BuildKit's line grammar refuses: where, and what it expects there."""

    def __init__(self, message: str, span: Span, expected: str) -> None:
        super().__init__(message)
        self.span = span
        self.expected = expected


def read_arguments(name: str, rest: Region, escape: str) -> Arguments:
    """The arguments of the instruction `name`. Raises GrammarError."""
    if not rest:
        return Arguments(Form.NONE)
    grammar = _GRAMMARS.get(name)
    return grammar(rest, escape) if grammar else Arguments(Form.UNREADABLE, (rest.whole(),))


def _json_or(rest: Region, otherwise: Callable[[Region], Arguments]) -> Arguments:
    """A JSON array of strings, or what `otherwise` makes of the text."""
    try:
        elements = parse_array(rest.text)
    except NotStringsError as error:
        raise GrammarError(str(error), rest.span(error.start, error.end), "a string in double quotes") from None
    if elements is None:
        return otherwise(rest)
    return Arguments(Form.JSON, tuple(Word(e.value, rest.span(e.start, e.end)) for e in elements))


def _shell(rest: Region, _: str) -> Arguments:
    return _json_or(rest, lambda region: Arguments(Form.SHELL, (region.whole(),)))


def _list(rest: Region, _: str) -> Arguments:
    return Arguments(Form.WORDS, list_words(rest))


def _paths(rest: Region, _: str) -> Arguments:
    return _json_or(rest, lambda region: Arguments(Form.WORDS, list_words(region)))


def _text(rest: Region, _: str) -> Arguments:
    return Arguments(Form.TEXT, (rest.whole(),))


def _settings(name: str) -> Callable[[Region, str], Arguments]:
    def grammar(rest: Region, escape: str) -> Arguments:
        try:
            pairs, legacy = name_values(rest, escape, name)
        except PairError as error:
            raise GrammarError(str(error), rest.span(error.start, error.end), error.expected) from None
        return Arguments(Form.LEGACY if legacy else Form.PAIRS if pairs else Form.NONE, pairs=pairs)

    return grammar


def _arg(rest: Region, escape: str) -> Arguments:
    pairs = tuple(split_pair(rest, *word) for word in quoted_words(rest, escape))
    return Arguments(Form.PAIRS if pairs else Form.NONE, pairs=pairs)


def _health(rest: Region, escape: str) -> Arguments:
    data, at = rest.line.data, rest.start
    while at < rest.end and data[at] not in _BYTE_SPACE:
        at += 1
    kind = Region(rest.line, rest.start, at).whole()
    while at < rest.end and data[at] in _BYTE_SPACE:
        at += 1
    command = Region(rest.line, at, rest.end)
    if not kind.text:
        return Arguments(Form.NONE)
    if not command:
        return Arguments(Form.WORDS, (kind,))
    found = _shell(command, escape)
    return Arguments(found.form, (kind, *found.words))


_GRAMMARS: dict[str, Callable[[Region, str], Arguments]] = {
    "ADD": _paths,
    "ARG": _arg,
    "CMD": _shell,
    "COPY": _paths,
    "ENTRYPOINT": _shell,
    "ENV": _settings("ENV"),
    "EXPOSE": _list,
    "FROM": _list,
    "HEALTHCHECK": _health,
    "LABEL": _settings("LABEL"),
    "MAINTAINER": _text,
    "RUN": _shell,
    "SHELL": _shell,
    "STOPSIGNAL": _text,
    "USER": _text,
    "VOLUME": _paths,
    "WORKDIR": _text,
}

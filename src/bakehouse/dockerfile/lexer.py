"""BuildKit's word lexer: quotes, escapes, `$variables` with all their operators, and word splitting.

Enter a word as written and the variables in force; leave its value and the names it used. The operators
are `:-` `-` `:+` `+` `:?` `?` `#` `##` `%` `%%` `/` `//`. The Dockerfile's escape character applies.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import NamedTuple

from bakehouse.dockerfile import glob
from bakehouse.dockerfile.whitespace import is_space

MAX_NESTING = 100  # of ${a:-${b:-...}}; real files stay below five, and recursion must end somewhere
_SURROGATES = re.compile("[\ud800-\udfff]")
_END = ""
_SPECIAL = frozenset("@*#?-$!0")


class LexError(ValueError):
    """The word is not well formed, or `${name:?}` found no value; `expected` is what would be right."""

    def __init__(self, message: str, expected: str | None = None) -> None:
        super().__init__(message)
        self.expected = expected


class Lexed(NamedTuple):
    """The value of a word, the variables it used, and those it asked for in vain."""

    text: str
    used: frozenset[str]
    missing: frozenset[str]


class SplitWord(NamedTuple):
    """One word of a split text: its value and the characters of the source it came from."""

    text: str
    start: int
    end: int


@cache
def _meaning(escape: str) -> re.Pattern[str]:
    return re.compile(f"[$'\"{re.escape(escape)}]")


class Lexer:
    """Reads words with the given escape character.

    `raw_quotes` and `raw_escapes` keep them in the result; `skip_quotes` gives quotes no meaning;
    `keep_unset` leaves `$name` as it is where the variable is not set.
    """

    def __init__(
        self,
        escape: str = "\\",
        *,
        raw_quotes: bool = False,
        raw_escapes: bool = False,
        skip_quotes: bool = False,
        keep_unset: bool = False,
    ) -> None:
        self.escape = escape
        self.raw_quotes = raw_quotes
        self.raw_escapes = raw_escapes
        self.skip_quotes = skip_quotes
        self.keep_unset = keep_unset
        self._meaning = _meaning(escape)
        self._plain = re.compile(f"[^$<'\"{re.escape(escape)}\\s\ud800-\udfff]+")

    def expand(self, word: str, env: Mapping[str, str]) -> Lexed:
        """The value of `word` as one word. Raises LexError."""
        if self.is_plain(word):
            return Lexed(word, frozenset(), frozenset())
        run = _Run(self, word, env)
        text = run.until(_END, self.raw_escapes)
        return Lexed(text, frozenset(run.used), frozenset(run.missing))

    def is_plain(self, word: str) -> bool:
        """Whether a word is worth what it says, whatever the variables."""
        return word.isascii() and self._meaning.search(word) is None

    def split(self, text: str, env: Mapping[str, str]) -> list[SplitWord]:
        """The words of `text` after expansion, split at white space outside quotes. Raises LexError."""
        run = _Run(self, text, env)
        run.until(_END, self.raw_escapes)
        return run.words


class _Run:
    """One pass over one text."""

    def __init__(self, lexer: Lexer, source: str, env: Mapping[str, str]) -> None:
        self.lexer = lexer
        # Go's scanner drops a byte order mark at the head and reads broken UTF-8 as U+FFFD.
        clean = source if source.isascii() else _SURROGATES.sub("\ufffd", source)
        self.source = clean
        self.at = 1 if clean.startswith("\ufeff") else 0
        self.env = env
        self.raw_escapes = lexer.raw_escapes
        self.depth = 0
        self.used: set[str] = set()
        self.missing: set[str] = set()
        self.words: list[SplitWord] = []
        self._word: list[str] = []  # of the current word; one buffer for all nesting levels, as in BuildKit
        self._word_start = 0
        specials: dict[str, Callable[[], str]] = {"$": self._dollar, "<": self._heredoc}
        if not lexer.skip_quotes:
            specials |= {"'": self._single, '"': self._double}
        self._specials = specials

    def _peek(self) -> str:
        return self.source[self.at] if self.at < len(self.source) else _END

    def _next(self) -> str:
        char = self._peek()
        self.at += len(char)
        return char

    def until(self, stop: str, raw_escapes: bool) -> str:
        """Read up to `stop` (or the end) and return the value; collect words on the way."""
        before, self.raw_escapes = self.raw_escapes, raw_escapes
        self.depth += 1
        if self.depth > MAX_NESTING:
            raise LexError(f"variables nested more than {MAX_NESTING} deep")
        self._word.clear()
        outer, self.words = self.words, []
        out: list[str] = []
        self._read(stop, out)
        self._flush(self.at)
        if self.depth > 1:
            self.words = outer
        self.depth -= 1
        self.raw_escapes = before
        return "".join(out)

    def _read(self, stop: str, out: list[str]) -> None:
        source, size, escape = self.source, len(self.source), self.lexer.escape
        in_word = False
        while self.at < size:
            begin = self.at
            char = source[begin]
            if char == stop:
                self.at += 1
                return
            special = self._specials.get(char)
            if special is not None:
                value = special()
                out.append(value)
                in_word = self._add_expanded(value, begin, in_word) if char == "$" else self._add(value, begin)
                continue
            plain = self.lexer._plain.match(source, begin)
            if plain is not None:
                text = plain[0].partition(stop)[0] if stop else plain[0]
                self.at = begin + len(text)
                out.append(text)
                in_word = self._add(text, begin)
                continue
            self.at += 1
            if char == escape:
                if self.raw_escapes:
                    in_word = self._add(char, begin)
                    out.append(char)
                char = self._next()
                if char == _END:
                    break
                in_word = self._add(char, begin)
            else:
                in_word = self._add_expanded(char, begin, in_word)
            out.append(char)
        if stop:
            raise LexError(f"unexpected end of statement while looking for matching {stop}")

    def _add(self, text: str, begin: int) -> bool:
        if not self._word:
            self._word_start = begin
        if text:
            self._word.append(text)
        return True

    def _add_expanded(self, text: str, begin: int, in_word: bool) -> bool:
        """Add text in which white space ends words. Returns whether a word is open."""
        for char in text:
            if not is_space(char):
                in_word = self._add(char, begin)
            elif in_word and self._word:
                self._flush(begin)
                in_word = False
        return in_word

    def _flush(self, end: int) -> None:
        if self._word:
            self.words.append(SplitWord("".join(self._word), self._word_start, end))
            self._word.clear()

    def _single(self) -> str:
        end = self.source.find("'", self.at + 1)
        if end < 0:
            self.at = len(self.source)
            raise LexError(
                "unexpected end of statement while looking for matching single-quote", "the quote that closes it"
            )
        quote = 0 if self.lexer.raw_quotes else 1
        text = self.source[self.at + quote : end + 1 - quote]
        self.at = end + 1
        return text

    def _double(self) -> str:
        out: list[str] = []
        escape = self.lexer.escape
        mark = '"' if self.lexer.raw_quotes else ""
        self.at += 1
        while (char := self._peek()) != '"':
            if char == _END:
                message = "unexpected end of statement while looking for matching double-quote"
                raise LexError(message, f"the quote that closes it, or {escape} before one that is meant as such")
            if char == "$":
                out.append(self._dollar())
                continue
            self.at += 1
            if char == escape:
                if self.raw_escapes:
                    out.append(char)
                follower = self._peek()
                if follower == _END:
                    continue
                if follower in ('"', "$", escape):
                    char = self._next()
            out.append(char)
        self.at += 1
        return mark + "".join(out) + mark

    def _heredoc(self) -> str:
        self.at += 1
        if self._peek() != "<":
            return "<"
        begin = self.at
        self.at += 1
        while (char := self._peek()) and char in "\t\r ":
            self.at += 1
        return "<" + self.source[begin : self.at]

    def _name(self) -> str:
        source, begin, size = self.source, self.at, len(self.source)
        if begin == size:
            return ""
        if source[begin].isdecimal():
            while self.at < size and source[self.at].isdecimal():
                self.at += 1
        elif source[begin] in _SPECIAL:
            self.at += 1
        else:
            while self.at < size and (
                source[self.at] == "_" or source[self.at].isalpha() or source[self.at].isdecimal()
            ):
                self.at += 1
        return source[begin : self.at]

    def _lookup(self, name: str) -> str | None:
        value = self.env.get(name)
        (self.missing if value is None else self.used).add(name)
        return value

    def _dollar(self) -> str:
        self.at += 1
        if self._peek() != "{":
            name = self._name()
            if not name:
                return "$"
            value = self._lookup(name)
            return ("$" + name if self.lexer.keep_unset else "") if value is None else value
        self.at += 1
        if (first := self._peek()) == _END:
            raise LexError("syntax error: missing '}'", "the } that belongs to ${")
        if first in "{}:":
            raise LexError("syntax error: bad substitution")
        name = self._name()
        operator = self._next()
        if operator == "}":
            value = self._lookup(name)
            return (f"${{{name}}}" if self.lexer.keep_unset else "") if value is None else value
        if operator == "/":
            return self._replace(name)
        colon = operator == ":"
        if colon:
            operator = self._next()
        return self._operate(name, operator, colon)

    def _operate(self, name: str, operator: str, colon: bool) -> str:
        """`${name-word}` and its kin; the operator is already read."""
        shown = (":" if colon else "") + operator
        trims = operator in ("#", "%")
        if (not colon and operator not in tuple("+-?#%")) or (colon and trims):
            raise LexError(f"unsupported modifier ({shown}) in substitution")
        word = self._inner("}", trims)
        value = self._lookup(name)
        if value is None and self.lexer.keep_unset:
            return f"${{{name}{shown}{word}}}"
        absent = value is None or (colon and not value)
        match operator:
            case "-":
                return word if absent else value or ""
            case "+":
                return "" if absent else word
            case "?" if absent:
                raise LexError(f"{name}: {word or 'is not allowed to be ' + ('unset' if value is None else 'empty')}")
            case "?":
                return value or ""
            case "#" | "%":
                greedy = word.startswith(operator)
                try:
                    return glob.trim(value or "", word[greedy:], suffix=operator == "%", greedy=greedy)
                except glob.PatternError as error:
                    raise LexError(str(error)) from None
        raise LexError(f"unsupported modifier ({shown}) in substitution")

    def _replace(self, name: str) -> str:
        """`${name/pattern/replacement}`; the first slash is already read."""
        every = self._peek() == "/"
        self.at += every
        pattern = self._inner("/", True)
        replacement = self._inner("}", True)
        value = self._lookup(name)
        if value is None and self.lexer.keep_unset:
            return f"${{{name}/{pattern}/{replacement}}}"
        try:
            return glob.replace(value or "", pattern, replacement, every=every)
        except glob.PatternError as error:
            raise LexError(str(error)) from None

    def _inner(self, stop: str, raw_escapes: bool) -> str:
        try:
            return self.until(stop, raw_escapes)
        except LexError:
            if self.at >= len(self.source) and self.depth <= MAX_NESTING:
                raise LexError(f"syntax error: missing '{stop}'", f"the {stop} that belongs to ${{") from None
            raise

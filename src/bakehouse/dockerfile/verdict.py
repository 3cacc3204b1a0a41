"""What BuildKit's instruction layer demands of each instruction, beyond the grammar of its line.

Enter one instruction; leaves the first `Refusal`, or None. The parser turns it into a Problem.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import NamedTuple

from bakehouse.dockerfile import mounts
from bakehouse.dockerfile.heredocs import is_opening
from bakehouse.dockerfile.syntax import Flag, Form, Instruction, Span

BOOL, STRING, STRINGS = "bool", "string", "strings"

FLAGS: Mapping[str, Mapping[str, str]] = {
    "ADD": {
        "chown": STRING, "chmod": STRING, "link": BOOL, "keep-git-dir": BOOL, "checksum": STRING,
        "unpack": BOOL, "exclude": STRINGS,
    },
    "COPY": {
        "chown": STRING, "from": STRING, "chmod": STRING, "link": BOOL, "exclude": STRINGS, "parents": BOOL,
    },
    "FROM": {"platform": STRING},
    "HEALTHCHECK": {
        "interval": STRING, "timeout": STRING, "start-period": STRING, "start-interval": STRING,
        "retries": STRING,
    },
    "RUN": {"mount": STRINGS, "network": STRING, "security": STRING, "device": STRINGS},
}  # fmt: skip
"""The flags that each instruction takes; the others take none."""

KEYWORDS = (
    "ADD", "ARG", "CMD", "COPY", "ENTRYPOINT", "ENV", "EXPOSE", "FROM", "HEALTHCHECK", "LABEL", "MAINTAINER",
    "ONBUILD", "RUN", "SHELL", "STOPSIGNAL", "USER", "VOLUME", "WORKDIR",
)  # fmt: skip

_UNCHECKED_FLAGS = frozenset({"ARG", "STOPSIGNAL"})  # BuildKit never looks at theirs
_STAGE_NAME = re.compile(r"[a-z][a-z0-9\-_.]*\Z")
_DURATION = re.compile(r"([0-9]*)(?:\.([0-9]*))?(ns|us|µs|μs|ms|s|m|h)")
_UNITS = {"ns": 1, "us": 10**3, "µs": 10**3, "μs": 10**3, "ms": 10**6, "s": 10**9, "m": 60 * 10**9, "h": 3600 * 10**9}
_MAX_NANOSECONDS = 2**63 - 1


class Refusal(NamedTuple):
    """Why an instruction is refused, where, and what was expected there."""

    message: str
    span: Span
    expected: str | None = None


def check(instruction: Instruction) -> Refusal | None:
    """The first reason to refuse `instruction`, or None."""
    name = instruction.name
    rule = _RULES.get(name)
    if rule is None:
        return _unknown(instruction)
    if name == "HEALTHCHECK" or name in _UNCHECKED_FLAGS:
        return rule(instruction)
    if name in ("RUN", "CMD", "ENTRYPOINT", "ENV", "LABEL", "SHELL"):
        return check_flags(instruction) or rule(instruction)
    return rule(instruction) or check_flags(instruction)


def _unknown(instruction: Instruction) -> Refusal:
    import difflib

    word = instruction.keyword.text
    near = difflib.get_close_matches(instruction.name[:20], KEYWORDS, n=1)
    shown = word if len(word) <= 40 else word[:37] + "..."
    expected = f"an instruction such as {near[0]}" if near else "an instruction"
    return Refusal(f"unknown instruction: {shown}", instruction.keyword.span, expected)


def check_flags(instruction: Instruction) -> Refusal | None:
    """Whether the flags are known, given once, and of the right kind."""
    known = FLAGS.get(instruction.name, {})
    seen: set[str] = set()
    for flag in instruction.flags:
        kind = known.get(flag.name)
        if kind is None:
            names = ", ".join(f"--{name}" for name in known)
            expected = f"one of {names}" if names else f"no flag: {instruction.name} takes none"
            return Refusal(f"unknown flag: --{flag.name}", flag.name_span, expected)
        if flag.name in seen and kind != STRINGS:
            return Refusal(f"duplicate flag specified: --{flag.name}", flag.span, "each flag once")
        seen.add(flag.name)
        if kind == BOOL:
            if flag.value == "":
                return Refusal(f"missing a value on flag: --{flag.name}", flag.span, "true or false")
            if (flag.value or "true").lower() not in ("true", "false"):
                message = f"expecting boolean value for flag --{flag.name}, not: {flag.value}"
                return Refusal(message, flag.value_span or flag.span, "true or false")
        elif flag.value is None:
            return Refusal(f"missing a value on flag: --{flag.name}", flag.span, f"--{flag.name}=VALUE")
    return None


def _at_least_one(instruction: Instruction) -> Refusal | None:
    if instruction.words or instruction.pairs:
        return None
    return Refusal(f"{instruction.name} requires at least one argument", instruction.code, "an argument")


def _exactly_one(instruction: Instruction) -> Refusal | None:
    if len(instruction.words) == 1:
        return None
    return Refusal(f"{instruction.name} requires exactly one argument", instruction.code, "an argument")


def _anything(_: Instruction) -> Refusal | None:
    return None


def _pairs(instruction: Instruction) -> Refusal | None:
    missing = _at_least_one(instruction)
    if missing is not None:
        return missing
    for pair in instruction.pairs:
        if not pair.key.text and (pair.value is not None or instruction.name != "ARG"):
            return Refusal(f"{instruction.name} names can not be blank", pair.span, "a name before =")
    return None


def _copy(instruction: Instruction) -> Refusal | None:
    name, words = instruction.name, instruction.words
    if len(words) < 2:
        message = f"{name} requires at least two arguments, but only one was provided: a source and a destination"
        return Refusal(message, instruction.code, "a source and a destination")
    if is_opening(words[-1].text):
        return Refusal(f"{name} cannot accept a heredoc as a destination", words[-1].span, "a destination path")
    return None


def _from(instruction: Instruction) -> Refusal | None:
    words = instruction.words
    if len(words) == 3 and words[1].text.replace("ſ", "s").lower() == "as":
        if not _STAGE_NAME.match(stage_name(words[2].text)):
            message = (
                f'invalid name for build stage: "{words[2].text}", name can\'t start with a number or contain symbols'
            )
            return Refusal(message, words[2].span, "a letter, then letters, digits, '-', '_' or '.'")
        return None
    if len(words) == 1:
        return None
    at = words[1].span if len(words) > 1 else instruction.code
    return Refusal("FROM requires either one or three arguments", at, "IMAGE or IMAGE AS NAME")


def stage_name(text: str) -> str:
    """A stage's name as BuildKit compares it: in lower case (Go's one-to-one folding)."""
    return text.replace("İ", "i").lower()


def _onbuild(instruction: Instruction) -> Refusal | None:
    trigger = instruction.trigger
    if trigger is None:
        return _at_least_one(instruction)
    if trigger.name == "ONBUILD":
        return Refusal("Chaining ONBUILD via `ONBUILD ONBUILD` isn't allowed", trigger.keyword.span, "an instruction")
    if trigger.name in ("MAINTAINER", "FROM"):
        return Refusal(f"{trigger.name} isn't allowed as an ONBUILD trigger", trigger.keyword.span, "an instruction")
    return None


def _run(instruction: Instruction) -> Refusal | None:
    for flag in instruction.flags:
        at, value = flag.value_span or flag.span, flag.value or ""
        try:
            if flag.name == "mount":
                mounts.check_unexpanded(value)
            elif flag.name == "device":
                mounts.check_device(value)
        except mounts.MountError as error:
            return Refusal(f"invalid --{flag.name}: {error}", at, "key=value fields between commas")
        if flag.name == "network" and value not in ("default", "none", "host"):
            return Refusal(f'invalid network mode "{value}"', at, "default, none or host")
        if flag.name == "security" and value not in ("insecure", "sandbox"):
            return Refusal(f'security "{value}" is not valid', at, "sandbox or insecure")
    return None


def _shell(instruction: Instruction) -> Refusal | None:
    missing = _at_least_one(instruction)
    if missing is not None or instruction.form is Form.JSON:
        return missing
    return Refusal("SHELL requires the arguments to be in JSON form", instruction.words[0].span, '["shell", "flag"]')


def _volume(instruction: Instruction) -> Refusal | None:
    for word in instruction.words:
        if not word.text.strip():
            return Refusal("VOLUME specified can not be an empty string", word.span, "a path")
    return _at_least_one(instruction)


def _healthcheck(instruction: Instruction) -> Refusal | None:
    if not instruction.words:
        return _at_least_one(instruction)
    kind = instruction.words[0]
    if kind.text.upper() == "NONE":
        if len(instruction.words) == 1:
            return None
        return Refusal("HEALTHCHECK NONE takes no arguments", instruction.words[1].span, "nothing after NONE")
    wrong = check_flags(instruction)
    if wrong is not None:
        return wrong
    if kind.text.upper() != "CMD":
        return Refusal(f'Unknown type "{kind.text.upper()}" in HEALTHCHECK (try CMD)', kind.span, "CMD or NONE")
    if len(instruction.words) == 1:
        return Refusal("Missing command after HEALTHCHECK CMD", kind.span, "a command")
    for flag in instruction.flags:
        wrong = _retries(flag) if flag.name == "retries" else _interval(flag)
        if wrong is not None:
            return wrong
    return None


def _retries(flag: Flag) -> Refusal | None:
    value, at = flag.value or "", flag.value_span or flag.span
    if not value:
        return None
    if not re.fullmatch(r"[+-]?[0-9]+", value) or len(value) > 30 or not -(2**31) <= int(value) < 2**31:
        return Refusal(f"invalid --retries: {value}", at, "a number")
    if int(value) < 0:
        return Refusal(f"--retries cannot be negative ({int(value)})", at, "a number from 0")
    return None


def _interval(flag: Flag) -> Refusal | None:
    value, at = flag.value or "", flag.value_span or flag.span
    nanoseconds = parse_duration(value) if value else 0
    if nanoseconds is None:
        return Refusal(f'time: invalid duration "{value}"', at, "a duration such as 30s or 1m30s")
    if nanoseconds and nanoseconds < 10**6:
        return Refusal(f'Interval "{flag.name}" cannot be less than 1ms', at, "at least 1ms")
    return None


def parse_duration(text: str) -> int | None:
    """Go's time.ParseDuration in nanoseconds, or None where it refuses."""
    sign = -1 if text.startswith("-") else 1
    rest = text[1:] if text[:1] in ("-", "+") else text
    if rest == "0":
        return 0
    at, total = 0, 0
    while at < len(rest):
        match = _DURATION.match(rest, at)
        if match is None or not (match[1] or match[2]) or len(match[1]) > 20:
            return None
        unit = _UNITS[match[3]]
        fraction = (match[2] or "")[:18]
        total += int(match[1] or 0) * unit + (int(fraction) * unit // 10 ** len(fraction) if fraction else 0)
        at = match.end()
    if not rest or total > _MAX_NANOSECONDS:
        return None
    return sign * total


_RULES: Mapping[str, Callable[[Instruction], Refusal | None]] = {
    "ADD": _copy, "ARG": _pairs, "CMD": _anything, "COPY": _copy, "ENTRYPOINT": _anything, "ENV": _pairs,
    "EXPOSE": _at_least_one, "FROM": _from, "HEALTHCHECK": _healthcheck, "LABEL": _pairs,
    "MAINTAINER": _exactly_one, "ONBUILD": _onbuild, "RUN": _run, "SHELL": _shell, "STOPSIGNAL": _exactly_one,
    "USER": _exactly_one, "VOLUME": _volume, "WORKDIR": _exactly_one,
}  # fmt: skip

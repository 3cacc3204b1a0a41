"""Certificates are not checked.

## What

A command or a variable turns the checking of TLS certificates off: `curl -k`, `wget --no-check-certificate`,
`pip --trusted-host`, `npm config set strict-ssl false`, `git -c http.sslVerify=false`,
`NODE_TLS_REJECT_UNAUTHORIZED=0`, `PYTHONHTTPSVERIFY=0`, `GIT_SSL_NO_VERIFY`, `GOINSECURE` and their like. Requests
to this machine are left alone.

## Why

Whoever stands between can put anything there. As ENV it stays off in every container of the image.

## Bad

```dockerfile
FROM debian:13
RUN curl -fsSLk https://example.com/tool.tar.gz -o /tmp/tool.tar.gz
```

## Good

```dockerfile
FROM debian:13
RUN curl -fsSL https://example.com/tool.tar.gz -o /tmp/tool.tar.gz
```

## Fix

Unsafe: the flag or the setting is taken out. The build fails where the certificate is not in order: then add the
certificate of the company's own authority (`update-ca-certificates`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from bakehouse.dockerfile.edits import delete_lines
from bakehouse.lint.rule import FixSafety, Group, Hit, Severity, rule, unsafe_fix
from bakehouse.lint.run_edits import remove_command, remove_option, remove_word, remove_words, replace_word
from bakehouse.lint.subject import Program, Subject
from bakehouse.model.edit import Edit

RULE = rule(
    __doc__,
    name="tls-verification-off",
    group=Group.SECURITY,
    severity=Severity.WARNING,
    fix=FixSafety.UNSAFE,
    aliases=(
        "DD055",
        "DD056",
        "CKV2_DOCKER_2",
        "CKV2_DOCKER_3",
        "CKV2_DOCKER_4",
        "CKV2_DOCKER_5",
        "CKV2_DOCKER_6",
        "CKV2_DOCKER_12",
        "CKV2_DOCKER_13",
        "CKV2_DOCKER_14",
        "CKV2_DOCKER_15",
        "CKV2_DOCKER_16",
    ),
    needs=(
        "ssl",
        "tls",
        "insecure",
        "unsafe_https",
        "check-certificate",
        "trusted",
        "httpsverify",
        "verify-",
        "curl",
        "secure-http",
    ),
)
_TITLE = "Check certificates"
_HINT = "leave it out, and add the authority's certificate where one is missing"
_OFF = r"(?:0|false|no|off)"
_ON = r"(?:1|true|yes|on)"
_SWITCHES = {"GIT_SSL_NO_VERIFY": _ON, "HEX_UNSAFE_HTTPS": _ON} | dict.fromkeys(
    ("PIP_TRUSTED_HOST", "GOINSECURE", "UV_INSECURE_HOST"), r"[^\s]+"
)  # fmt: skip
_NAMES = frozenset({
    "NODE_TLS_REJECT_UNAUTHORIZED", "PYTHONHTTPSVERIFY", "NPM_CONFIG_STRICT_SSL", "YARN_CONFIG_STRICT_SSL",
    "CONDA_SSL_VERIFY", "SSL_VERIFY", "BUNDLE_SSL_VERIFY_MODE", "REQUESTS_SSL_VERIFY", "GIT_SSL_NO_VERIFY",
    "HEX_UNSAFE_HTTPS", "PIP_TRUSTED_HOST", "GOINSECURE", "UV_INSECURE_HOST",
})  # fmt: skip
_BARE = "[fsSLgGiIjlnNOpqRvVaBJMZ#0-46]"  # letters of curl without a value
_FLAGS = {
    "curl": re.compile(rf"--insecure|--proxy-insecure|-{_BARE}*k{_BARE}*o?"),
    "wget": re.compile(r"--no-check-certificate"),
    "git": re.compile(rf"http\.sslverify={_OFF}", re.IGNORECASE),
    "npm": re.compile(rf"--strict-ssl={_OFF}|--no-strict-ssl"),
    "yarn": re.compile(rf"--strict-ssl={_OFF}|--no-strict-ssl"),
    "go": re.compile(r"--?insecure"),
    "yum": re.compile(rf"--setopt=(?:[\w*.-]+\.)?sslverify={_OFF}", re.IGNORECASE),
    "apt-get": re.compile(rf"(?:-o)?Acquire::https(?:::[\w.-]+)?::Verify-(?:Peer|Host)=\"?{_OFF}\"?", re.IGNORECASE),
}
_FLAGS |= {"dnf": _FLAGS["yum"], "microdnf": _FLAGS["yum"], "apt": _FLAGS["apt-get"], "pnpm": _FLAGS["npm"]}
_PIPS = ("pip", "pip3", "uv", "python", "python3")
_SETTING = re.compile(
    rf"(?:npm|yarn|pnpm)\s.*\bset\s+(?:-g\s+)?strict-ssl[ =]\"?{_OFF}|git\s.*config\s.*http\.sslverify[ =]\"?{_OFF}"
    rf"|composer\s.*config\s.*(?:disable-tls\s+true|secure-http\s+false)|conda\s.*config\s.*ssl_verify\s+{_OFF}"
    rf"|pip3?\s.*config\s.*trusted-host",
    re.IGNORECASE,
)
_SIGNS = (b"strict-ssl", b"sslverify", b"disable-tls", b"secure-http", b"ssl_verify", b"trusted-host")
_LOCAL = re.compile(r"(?:https?://)?(?:localhost|127\.0\.0\.1|0\.0\.0\.0|\[::1\])")


def check(subject: Subject) -> Iterator[Hit]:
    """Every flag, setting and variable that turns the check off."""
    yield from _in_variables(subject)
    lowered = subject.data.lower()
    may_set = any(sign in lowered for sign in _SIGNS)
    for program in subject.programs(*_FLAGS, *_PIPS, "composer", "conda"):
        if may_set and _SETTING.match(" ".join(word.static for word in program.words)):
            edit = remove_command(subject.tree, program.run, program.command)
            fix = unsafe_fix(_TITLE, edit)
            yield Hit("certificates are not checked any more", program.command.span, hint=_HINT, fix=fix)
        else:
            yield from _in_flags(subject, program)


def _in_flags(subject: Subject, program: Program) -> Iterator[Hit]:
    pattern = _FLAGS.get(program.name)
    for at, word in enumerate(program.words[1:], start=1):
        trusted = program.name in _PIPS and re.match(r"--(?:trusted-host|allow-insecure-host)(?:=|\Z)", word.static)
        if trusted or (pattern is not None and pattern.fullmatch(word.static)):
            if any(_LOCAL.match(argument) for argument in program.arguments):
                return
            fix = unsafe_fix(_TITLE, _without(subject, program, at))
            yield Hit(f"{program.name} does not check certificates", word.span, hint=_HINT, fix=fix)
            return


def _without(subject: Subject, program: Program, at: int) -> Edit | None:
    """Take out the flag, its value with it, or its letter among others."""
    words, instruction = program.words, program.run.instruction
    text = words[at].static
    if program.name == "curl" and not text.startswith("--") and text != "-k":
        return None if instruction.is_json else replace_word(words[at], text.replace("k", "", 1))
    if program.name in _PIPS and "=" not in text:
        return remove_words(subject.tree, instruction, words[at : at + 2]) if at + 1 < len(words) else None
    if program.name in ("git", "apt-get", "apt"):
        return remove_option(subject.tree, instruction, words, at)
    return remove_word(subject.tree, instruction, words[at])


def _in_variables(subject: Subject) -> Iterator[Hit]:
    for instruction in subject.named("ENV", "ARG"):
        for pair in instruction.pairs:
            if pair.value and _turns_off(pair.key.text, pair.value.text):
                edit = delete_lines(subject.tree, instruction.span) if len(instruction.pairs) == 1 else None
                message = f"{pair.key.text} turns the check of certificates off"
                yield Hit(message, pair.span, hint=_HINT, fix=unsafe_fix(_TITLE, edit))
    for run in subject.runs:
        for command in run.script.commands:
            for word in command.assignments:
                name, _, value = word.static.partition("=")
                if _turns_off(name, value):
                    edit = remove_word(subject.tree, run.instruction, word)
                    message = f"{name} turns the check of certificates off"
                    yield Hit(message, word.span, hint=_HINT, fix=unsafe_fix(_TITLE, edit))


def _turns_off(name: str, value: str) -> bool:
    """Whether a variable of that name and value turns a check off."""
    name = name.upper()
    return name in _NAMES and re.fullmatch(_SWITCHES.get(name, _OFF), value.strip("\"'"), re.IGNORECASE) is not None

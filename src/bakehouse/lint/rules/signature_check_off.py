"""Signatures of packages are not checked.

## What

A package manager is told not to check signatures: `apt-get --allow-unauthenticated` or `--force-yes`,
`[trusted=yes]`, `apk --allow-untrusted`, `yum --nogpgcheck`, `gpgcheck=0`, `rpm --nosignature`,
`zypper --no-gpg-checks`, `GOSUMDB=off`.

## Why

A mirror, or who stands between, can put other packages there, and they run as root in the build.

## Bad

```dockerfile
FROM debian:13
RUN apt-get update && apt-get install -y --allow-unauthenticated curl
```

## Good

```dockerfile
FROM debian:13
RUN apt-get update && apt-get install -y curl
```

## Fix

Unsafe: the flag is taken out. The build fails where the key is missing: then bring the key.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from bakehouse.lint.rule import FixSafety, Group, Hit, Severity, rule, unsafe_fix
from bakehouse.lint.run_edits import remove_option
from bakehouse.lint.subject import Subject

RULE = rule(
    __doc__,
    name="signature-check-off",
    group=Group.SECURITY,
    severity=Severity.WARNING,
    fix=FixSafety.UNSAFE,
    aliases=("CKV2_DOCKER_7", "CKV2_DOCKER_8", "CKV2_DOCKER_9", "CKV2_DOCKER_10", "CKV2_DOCKER_11"),
)
_HINT = "leave it out, and bring the key"
_APT = re.compile(
    r"--allow-unauthenticated|--force-yes|--allow-insecure-repositories"
    r"|(?:-o)?(?:APT::Get::AllowUnauthenticated|Acquire::Allow(?:DowngradeTo)?InsecureRepositories)=\"?(?:true|1|yes)\"?",
    re.IGNORECASE,
)
_YUM = re.compile(r"--nogpgcheck|--no-gpgchecks?|--setopt=(?:[\w*.-]+\.)?gpgcheck=(?:0|false|no)", re.IGNORECASE)
_FLAGS = {
    "apt-get": _APT, "apt": _APT, "aptitude": _APT, "apk": re.compile(r"--allow-untrusted"),
    "yum": _YUM, "dnf": _YUM, "microdnf": _YUM, "tdnf": _YUM,
    "rpm": re.compile(r"--nosignature|--nodigest|--checksig=no"),
    "zypper": re.compile(r"--no-gpg-checks|--allow-unsigned-rpm|-G"),
}  # fmt: skip
_WRITTEN = re.compile(
    r"\[[^\]]*trusted=yes[^\]]*\](?!\s+file:)|(?<!repo_)gpgcheck\s*=\s*(?:0|no|false)\b|SigLevel\s*=\s*Never"
)


def check(subject: Subject) -> Iterator[Hit]:
    """Every flag, written setting and variable that turns the check off."""
    yield from _in_flags(subject)
    yield from _in_sources(subject)
    for instruction in subject.named("ENV"):
        for pair in instruction.pairs:
            if pair.key.text == "GOSUMDB" and pair.value and pair.value.text.strip("\"'") == "off":
                yield Hit("Go modules are not compared with the checksum database", pair.span, hint="use GOPRIVATE")


def _in_flags(subject: Subject) -> Iterator[Hit]:
    for program in subject.programs(*_FLAGS):
        for at, word in enumerate(program.words[1:], start=1):
            if _FLAGS[program.name].fullmatch(word.static):
                edit = remove_option(subject.tree, program.run.instruction, program.words, at)
                fix = unsafe_fix("Check signatures", edit)
                own = program.name == "apk" and any(a.endswith(".apk") for a in program.arguments)
                severity = Severity.INFO if own else None  # may be built by the file itself
                message = f"{program.name} does not check signatures"
                yield Hit(message, word.span, hint=_HINT, fix=fix, severity=severity)


def _in_sources(subject: Subject) -> Iterator[Hit]:
    signs = (b"trusted=yes", b"gpgcheck", b"SigLevel")
    writers = ("echo", "printf", "sed", "tee", "add-apt-repository") if any(s in subject.data for s in signs) else ()
    for program in subject.programs(*writers):
        for word in program.words[1:]:
            if _WRITTEN.search(word.raw) and "gpgcheck=1" not in word.raw.rpartition("gpgcheck=0")[2]:
                yield Hit("the packages of this source are taken unsigned", word.span, hint=_HINT)

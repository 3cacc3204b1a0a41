"""What RUNs fetch with curl, wget and git clone: the address, where it goes, and who reads it.

Enter a subject; leave `Download`s and `Clone`s in file order. Options are those of the programs' manuals.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from bakehouse.dockerfile.packages import unwrap
from bakehouse.dockerfile.shell import ShellWord
from bakehouse.lint.subject import Program, Run, Subject, once


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_CURL_VALUED = _words(
    "--output --header --user-agent --data --data-raw --data-binary --request --user --proxy --referer --cookie "
    "--cookie-jar --config --max-time --write-out --retry --connect-timeout --retry-delay --retry-max-time --range "
    "--upload-file --form --cert --key --cacert --capath --resolve --speed-time --speed-limit --output-dir --tls-max "
    "--proto --ciphers --unix-socket --max-redirs --create-file-mode --interface --limit-rate"
)
_CURL_SHORT = "oHAdXuxebcKmwCrTFEyYtz"
_WGET_VALUED = _words(
    "--output-document --directory-prefix --header --user-agent --tries --timeout --user --password --input-file "
    "--post-data --ca-certificate --execute --quota --wait --output-file --append-output --waitretry"
)
_WGET_SHORT = "OPUtTioaQwe"
_PLAIN_CLONE = _words(
    "-b --branch --depth --single-branch -q --quiet --recursive --recurse-submodules --no-tags --shallow-submodules "
    "--progress"
)
_CLONE_VALUED = _words(
    "-b --branch --depth -o --origin -c --config --reference --separate-git-dir -j --jobs --filter --template -u "
    "--upload-pack --shallow-since --shallow-exclude --revision --server-option"
)
_CHECKS = (
    "sha256", "sha512", "sha1sum", "shasum", "md5sum", "b2sum", "b3sum", "cksum", "checksum", "--verify", "gpgv",
    "gpg --batch", "gpg2 --batch", "cosign", "minisign", "slsa-verifier", "openssl dgst", "checksig", "signify",
    "attestation verify", "sha384sum", "sha224sum",
)  # fmt: skip
_PIPES = ("|", "|&")


@dataclass(frozen=True, slots=True)
class Download:
    """One address that curl or wget fetches. `output` is the file it is told to write, "-" for its output, ""
    for a name of its own; `readers` are the commands that the output is piped to."""

    program: Program
    address: ShellWord
    output: str
    readers: tuple[Sequence[ShellWord], ...]

    @property
    def url(self) -> str:
        """The address, variables as written."""
        return self.address.static.strip("\"'")

    @property
    def reader_names(self) -> tuple[str, ...]:
        """The names of the readers, seen through sudo and its like."""
        return tuple((words[0].text or "").rpartition("/")[2] for words in self.readers if words)


@dataclass(frozen=True, slots=True)
class Clone:
    """One git clone. `ref` is the branch, tag or commit it is told to take, `directory` "" where not given;
    `plain` says that no option beside the depth and the ref changes what is there afterwards."""

    program: Program
    url: str
    ref: str | None
    directory: str
    plain: bool


@lru_cache(maxsize=1)  # several rules ask about the same file, one after another
@once
def downloads(subject: Subject) -> tuple[Download, ...]:
    """Every address of every curl and wget, in file order."""
    return tuple(_downloads(subject))


def _downloads(subject: Subject) -> Iterator[Download]:
    for program in subject.programs("curl", "wget"):
        output, addresses = (_read_curl if program.name == "curl" else _read_wget)(program.words[1:])
        readers = tuple(_readers(program))
        for address in addresses:
            if "://" in address.static or program.name == "curl":
                yield Download(program, address, output, readers)


def _read_curl(words: Sequence[ShellWord]) -> tuple[str, list[ShellWord]]:
    output, addresses, at = "-", [], 0
    while at < len(words):
        text = words[at].static
        at += 1
        if text in ("-o", "--output") or re.fullmatch(r"-[a-zA-Z]+o", text):
            output = words[at].static if at < len(words) else ""
            at += 1
        elif text == "--url" and at < len(words):
            addresses.append(words[at])
            at += 1
        elif text.startswith("--"):
            output = "" if text == "--remote-name" else text.partition("=")[2] if text[:9] == "--output=" else output
            at += text in _CURL_VALUED
        elif text.startswith("-") and len(text) > 1:
            output = "" if re.match(r"-[a-zA-Z]*O", text) else output
            at += text[-1] in _CURL_SHORT and not any(letter in _CURL_SHORT for letter in text[1:-1])
        else:
            addresses.append(words[at - 1])
    return output, addresses


def _read_wget(words: Sequence[ShellWord]) -> tuple[str, list[ShellWord]]:
    output, addresses, at = "", [], 0
    while at < len(words):
        text = words[at].static
        at += 1
        attached = re.fullmatch(r"-[a-zA-Z]*O(.+)|--output-document=(.+)", text)
        if attached:
            output = attached[1] or attached[2]
        elif re.fullmatch(r"-[a-zA-Z]*O|--output-document", text):
            output = words[at].static if at < len(words) else ""
            at += 1
        elif text.startswith("-") and len(text) > 1:
            at += text in _WGET_VALUED or (text[:2] != "--" and text[-1] in _WGET_SHORT)
        else:
            addresses.append(words[at - 1])
    return output, addresses


def _readers(program: Program) -> Iterator[Sequence[ShellWord]]:
    """The commands of the pipe behind a program."""
    commands = program.run.script.commands
    at = commands.index(program.command) + 1
    end = program.command.span.end
    while at < len(commands):
        command = commands[at]
        at += 1
        if command.span.start < end:  # a substitution inside
            continue
        if command.operator not in _PIPES:
            return
        end = command.span.end
        yield unwrap(command.words)


def is_verified(subject: Subject, run: Run) -> bool:
    """Whether a RUN, or a later one of its stage, compares a checksum or a signature."""
    return any(stage == run.stage.stage.index and start >= run.start for stage, start in _last_checks(subject))


@once
def _last_checks(subject: Subject) -> Iterator[tuple[int, int]]:
    """The last RUN of each stage that compares: the stage's index, and where the RUN starts."""
    found: dict[int, int] = {}
    for run in subject.runs:
        instruction = run.instruction
        text = "".join((instruction.original, *(h.content for h in instruction.heredocs))).lower()
        if any(check in text for check in _CHECKS):
            found[run.stage.stage.index] = run.start
    yield from found.items()


def clones(subject: Subject) -> Iterator[Clone]:
    """Every git clone with an address."""
    for program in subject.programs("git"):
        words = [word.static for word in program.words]
        if "clone" not in words[1:]:
            continue
        ref, operands, plain, at = None, [], True, words.index("clone") + 1
        while at < len(words):
            name, equals, value = words[at].partition("=")
            at += 1
            if not name.startswith("-"):
                operands.append(words[at - 1])
                continue
            if name in _CLONE_VALUED and not equals:
                value = words[at] if at < len(words) else ""
                at += 1
            if name in ("-b", "--branch", "--revision"):
                ref = value
            plain = plain and name in _PLAIN_CLONE
        if operands:
            yield Clone(program, operands[0], ref, operands[1] if len(operands) > 1 else "", plain)

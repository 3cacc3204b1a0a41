"""Package managers: which packages a command installs, with which verb and flags.

Enter a `shell.Command`; leave a `PackageCall`, or None for any other command. The tables are the knowledge:
a new manager is one row.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bakehouse.dockerfile.shell import Command, ShellWord


@dataclass(frozen=True, slots=True)
class Package:
    """A package as the command names it: its name, its version where one is given, and its word."""

    name: str
    version: str | None
    word: ShellWord


@dataclass(frozen=True, slots=True)
class PackageCall:
    """One call of a package manager.

    `manager` is its canonical name (apt-get for apt too), `program` the one that was called. `flags` are
    the words that begin with a dash, with the values that belong to them in `options`: name -> values.
    """

    manager: str
    program: str
    verb: str
    packages: tuple[Package, ...]
    flags: tuple[ShellWord, ...]
    options: tuple[tuple[str, str], ...]
    command: Command

    @property
    def installs(self) -> bool:
        """Whether the verb brings packages in."""
        return self.verb in MANAGERS[self.manager].install

    def has(self, *names: str) -> bool:
        """Whether one of these flags is given: `-y` also inside `-qy`, `--x` also as `--x=...`."""
        return any(_matches(flag.static, name) for flag in self.flags for name in names)


@dataclass(frozen=True, slots=True)
class Manager:
    """What is peculiar to a package manager.

    `valued` are flags whose value is the next word; `version` tells name and version of a package word apart;
    `default` is the verb of a call without one (`yarn`).
    """

    install: frozenset[str]
    valued: frozenset[str] = frozenset()
    version: re.Pattern[str] | None = None
    default: str = ""


def _words(text: str, *phrases: str) -> frozenset[str]:
    """The words of `text`, and phrases of two words as they are."""
    return frozenset((*text.split(), *phrases))


_EQUALS = re.compile(r"(?P<name>[^=<>~]+)[=<>~]+(?P<version>.+)")
_PYTHON = re.compile(r"(?P<name>[^=<>~!@\s]+)\s*(?:===?|~=|>=|<=|!=|>|<|@)\s*(?P<version>.+)")
_AT = re.compile(r"(?P<name>@?[^@]+)@(?P<version>.+)")
_COLON = re.compile(r"(?P<name>[^:]+):(?P<version>.+)")

MANAGERS: dict[str, Manager] = {
    "apt-get": Manager(
        _words("install build-dep upgrade dist-upgrade full-upgrade"),
        _words("-o --option -t --target-release --default-release -c --config-file -a --host-architecture"),
        _EQUALS,
    ),
    "aptitude": Manager(_words("install full-upgrade safe-upgrade"), _words("-o -t"), _EQUALS),
    "apk": Manager(
        _words("add upgrade"),
        _words("-X --repository -t --virtual -p --root --keys-dir --repositories-file --arch --cache-dir --wait"),
        _EQUALS,
    ),
    "yum": Manager(
        _words("install groupinstall localinstall reinstall update upgrade"),
        _words("-c --config --installroot --enablerepo --disablerepo --setopt --releasever --repo -x --exclude"),
    ),
    "zypper": Manager(
        _words("install in update up dist-upgrade dup patch"),
        _words("-R --root -t --type -r --repo"),
        _EQUALS,
    ),
    "pacman": Manager(_words("-S -Sy -Syu -Su"), _words("-r --root -b --dbpath --cachedir --config")),
    "pip": Manager(
        _words("install download wheel"),
        _words(
            "-r --requirement -c --constraint -e --editable -i --index-url --extra-index-url -f --find-links -t "
            "--target "
            "--prefix --root --cache-dir --trusted-host --proxy --timeout --retries --platform --python-version "
            "--implementation --abi --no-binary --only-binary --progress-bar --src --upgrade-strategy --python -p "
            "--config-settings -C --global-option --cert --client-cert --log -d --dest -w --wheel-dir --extra --group"
        ),
        _PYTHON,
    ),
    "pipx": Manager(_words("install inject"), _words("--python --pip-args --index-url -i"), _PYTHON),
    "uv": Manager(
        _words("sync add", "tool install"),
        _words("--python -p --extra --group --index --index-url --project --directory"),
        _PYTHON,
    ),
    "poetry": Manager(_words("install add"), _words("--with --without --only -E --extras -C --directory"), _AT),
    "pipenv": Manager(_words("install sync"), _words("--python -i --index"), _PYTHON),
    "conda": Manager(
        _words("install create update", "env create", "env update"),
        _words("-n --name -p --prefix -c --channel -f --file --solver --override-channels-with"),
        _EQUALS,
    ),
    "npm": Manager(
        _words("install i add ci install-ci-test clean-install update"),
        _words(
            "--prefix -C --registry --cache --loglevel --omit --include --workspace -w --install-strategy "
            "--userconfig"
        ),
        _AT,
    ),
    "yarn": Manager(
        _words("install add", "global add"),
        _words("--cwd --registry --cache-folder --modules-folder --network-timeout --mutex"),
        _AT,
        "install",
    ),
    "pnpm": Manager(
        _words("install i add fetch deploy update"),
        _words("-C --dir --registry --store-dir --filter -F --loglevel --reporter --prefix"),
        _AT,
    ),
    "bun": Manager(_words("install i add"), _words("--cwd --registry --cache-dir --backend --filter"), _AT),
    "gem": Manager(
        _words("install update"),
        _words("-v --version -i --install-dir -n --bindir --source -s -P"),
        _COLON,
    ),
    "bundle": Manager(
        _words("install update"),
        _words("--path --jobs -j --retry --without --with --gemfile"),
        None,
        "install",
    ),
    "go": Manager(
        _words("install get build", "mod download"), _words("-o -C -p -ldflags -tags -mod -gcflags -modfile"), _AT
    ),
    "cargo": Manager(
        _words("install fetch build add"),
        _words(
            "--version --git --branch --tag --rev --path --root --target --manifest-path -F --features -p "
            "--package -j --bin"
        ),
        _AT,
    ),
    "composer": Manager(_words("install require update create-project"), _words("-d --working-dir"), _COLON),
    "dotnet": Manager(
        _words("restore add publish build", "tool install", "tool restore"),
        _words("-r --runtime -c --configuration -o --output -s --source -f -v --version"),
    ),
    "mvn": Manager(
        _words("install package verify dependency:go-offline dependency:resolve"),
        _words("-f --file -pl --projects -s --settings -T -P"),
    ),
    "gradle": Manager(_words("build dependencies assemble bootJar"), _words("-p --project-dir -b --build-file -x")),
}  # fmt: skip
"""Package managers by canonical name."""

_ALIASES = {
    "apt": "apt-get", "dnf": "yum", "microdnf": "yum", "tdnf": "yum", "yum": "yum", "mamba": "conda",
    "micromamba": "conda", "bundler": "bundle", "gradlew": "gradle", "mvnw": "mvn", "npm-cli": "npm",
}  # fmt: skip
_PIP = re.compile(r"pip[0-9.]*\Z")
_PYTHON_PROGRAM = re.compile(r"(?:python|pypy)[0-9.]*\Z")
_ASKS = frozenset({"--version", "-v", "--help", "-h"})
_TWO_WORD_VERBS = frozenset(
    {("yarn", "global"), ("dotnet", "tool"), ("dotnet", "nuget"), ("conda", "env"), ("go", "mod"), ("uv", "tool")}
)
_WRAPPERS: dict[str, frozenset[str]] = {
    "sudo": _words("-u --user -g --group -h -p -C"),
    "env": _words("-u --unset -C --chdir"),
    "time": frozenset(),
    "nice": _words("-n"),
    "ionice": _words("-c -n"),
    "exec": frozenset(),
    "command": frozenset(),
    "eatmydata": frozenset(),
    "nohup": frozenset(),
    "timeout": _words("-s -k"),
    "corepack": frozenset(),
    "gosu": frozenset(),
    "su-exec": frozenset(),
}
_POSITIONAL = {"timeout": 1, "gosu": 1, "su-exec": 1}  # words of their own before the command


def package_call(command: Command) -> PackageCall | None:
    """The call of a package manager that `command` is, seen through sudo, env and their like; else None."""
    words = unwrap(command.words)
    if not words:
        return None
    program = _program(words[0])
    manager = "pip" if _PIP.match(program) else _ALIASES.get(program, program)
    rest = words[1:]
    if _PYTHON_PROGRAM.match(program) and [w.static for w in rest[:2]] == ["-m", "pip"]:
        manager, rest = "pip", rest[2:]
    if manager == "uv" and rest and rest[0].static == "pip":
        manager, rest = "pip", rest[1:]
    known = MANAGERS.get(manager)
    if known is None:
        return None
    return _read(manager, program, known, rest, command)


def _program(word: ShellWord) -> str:
    return (word.text or "").rpartition("/")[2]


def unwrap(words: Sequence[ShellWord]) -> Sequence[ShellWord]:
    """The words of the real command behind sudo, env, time, exec and their like."""
    while words:
        name = _program(words[0])
        valued = _WRAPPERS.get(name)
        if valued is None:
            return words
        at = 1
        while at < len(words) and (words[at].static.startswith("-") or _is_assignment(words[at], name)):
            at += 2 if words[at].static in valued else 1
        words = words[at + _POSITIONAL.get(name, 0) :]
    return words


def _is_assignment(word: ShellWord, wrapper: str) -> bool:
    return wrapper in ("env", "sudo") and re.match(r"[A-Za-z_]\w*=", word.raw) is not None


def _read(manager: str, program: str, known: Manager, words: Sequence[ShellWord], command: Command) -> PackageCall:
    verb = ""
    flags: list[ShellWord] = []
    options: list[tuple[str, str]] = []
    operands: list[ShellWord] = []
    at = 0
    while at < len(words):
        word, text = words[at], words[at].static
        at += 1
        if text == "--":
            operands += words[at:]
            break
        if text.startswith("-") and len(text) > 1:
            flags.append(word)
            name, equals, value = text.partition("=")
            if equals:
                options.append((name, value))
            elif text in known.valued and at < len(words):
                options.append((text, words[at].static))
                at += 1
            if manager == "pacman" and not verb and text in known.install:
                verb = text
        elif not verb and manager != "pacman":
            verb = text
        elif (manager, verb) in _TWO_WORD_VERBS:
            verb = f"{verb} {text}"
        else:
            operands.append(word)
    packages = tuple(_package(word, known.version) for word in operands)
    if not verb and not any(flag.static in _ASKS for flag in flags):
        verb = known.default
    return PackageCall(manager, program, verb, packages, tuple(flags), tuple(options), command)


def _package(word: ShellWord, version: re.Pattern[str] | None) -> Package:
    match = version.fullmatch(word.static) if version else None
    if match is None:
        return Package(word.static, None, word)
    return Package(match["name"], match["version"], word)


def _matches(flag: str, name: str) -> bool:
    if name.startswith("--") or len(name) > 2:
        return flag == name or flag.startswith(name + "=")
    letters = flag[1:]
    return flag == name or (flag.startswith("-") and letters.isalpha() and name[1] in letters)

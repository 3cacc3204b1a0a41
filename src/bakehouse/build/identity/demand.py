"""What a build of one stage can see: a Dockerfile's meaning goes in, a small `Demand` comes out.

Instructions are normalised as BuildKit's cache sees them (docs/explanation/identity.md has the measured table):
comments, white space between words, `./src` for `src`, names of stages and ids of cache mounts make no
difference; whatever else is written does. Where the meaning leaves a doubt, the demand asks for more.
"""

from __future__ import annotations

import hashlib
import json
import posixpath
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from bakehouse.dockerfile.expansion import PROXY_ARGS
from bakehouse.dockerfile.meaning import Meaning
from bakehouse.dockerfile.mounts import Mount
from bakehouse.dockerfile.sources import Source, SourceKind
from bakehouse.dockerfile.stages import Origin, OriginKind
from bakehouse.dockerfile.state import StageMeaning, State, Step
from bakehouse.dockerfile.syntax import Instruction

CONFIGURATION = frozenset({
    "CMD", "ENTRYPOINT", "EXPOSE", "HEALTHCHECK", "LABEL", "MAINTAINER", "ONBUILD", "STOPSIGNAL", "VOLUME",
})  # fmt: skip
"""Instructions that change only the image's configuration: of a stage that only lends files they change nothing."""

_SECRET = re.compile(r"(?i)token|secret|passw|pwd|api_?key|private|credential")
_COMMIT = re.compile(r"#(?:[0-9a-f]{40}|[0-9a-f]{64})(?::|\Z)")


@dataclass(frozen=True, slots=True)
class Line:
    """One normalised instruction: the number of its stage among those needed, its text, its line in the file."""

    stage: int
    text: str
    line: int


@dataclass(frozen=True, slots=True)
class Take:
    """Files taken from a context: `path` below its root ("." is all of it); wildcards count in a `pattern`.

    `line` is the instruction's line in the Dockerfile, 0 where it is none.
    """

    path: str
    pattern: bool = False
    mount: bool = False
    line: int = 0


@dataclass(frozen=True, slots=True)
class Demand:
    """Everything outside the Dockerfile that a build can see, and the instructions that look at it.

    `declares_proxy`: an ARG has the name of a proxy, and then the client's own proxies change its steps.
    `takes` are from the build context, `named` from named contexts, `bases` images that stages start from,
    `images` those that only lend files, each with its platform. `unknowable` are reasons never to reuse.
    """

    lines: tuple[Line, ...]
    takes: tuple[Take, ...]
    named: tuple[tuple[str, Take], ...]
    bases: tuple[tuple[str, str], ...]
    images: tuple[tuple[str, str], ...]
    secrets: tuple[str, ...]
    has_run: bool
    declares_proxy: bool
    frontend: str | None
    unknowable: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def read_demand(meaning: Meaning, platform: str) -> Demand:
    """The demand of a build of the meaning's target for one platform."""
    reader = _Reader(meaning, platform)
    for found in meaning.reached:
        reader.stage(found)
    for problem in meaning.problems:
        reader.unknowable[f"line {problem.line}: {problem.message}"] = None
    return Demand(
        lines=tuple(reader.lines),
        takes=tuple(reader.takes),
        named=tuple(reader.named),
        bases=tuple(reader.bases),
        images=tuple(reader.images),
        secrets=(*(f"secret {i}" for i in meaning.secret_ids), *(f"ssh {i}" for i in meaning.ssh_ids)),
        has_run=any(step.instruction.name == "RUN" for found in meaning.reached for step in found.steps),
        declares_proxy=reader.declares_proxy,
        frontend=meaning.graph.tree.frontend,
        unknowable=tuple(reader.unknowable),
        notes=tuple(reader.notes),
    )


class _Reader:
    """Collects the demand stage by stage; dictionaries keep order and drop repeats."""

    def __init__(self, meaning: Meaning, platform: str) -> None:
        self.platform = platform
        self.numbers = {found.stage.index: number for number, found in enumerate(meaning.reached)}
        self.shipped = _base_chain(meaning)
        self.lines: list[Line] = []
        self.takes: dict[Take, None] = {}
        self.named: dict[tuple[str, Take], None] = {}
        self.bases: dict[tuple[str, str], None] = {}
        self.images: dict[tuple[str, str], None] = {}
        self.unknowable: dict[str, None] = {}
        self.notes: dict[str, None] = {}
        self.declares_proxy = False

    def stage(self, found: StageMeaning) -> None:
        stage = found.stage
        number = self.numbers[stage.index]
        platform = stage.platform or self.platform
        self.lines.append(Line(number, f"FROM {self._origin(stage.origin)} {platform}", stage.from_.start_line))
        if stage.origin.kind is OriginKind.IMAGE:
            self.bases[stage.origin.name, platform] = None
            if not stage.base_certain:
                where = f"line {stage.from_.start_line}"
                self.unknowable[f"{where}: the base image hangs on a build argument without a value"] = None
        elif stage.origin.kind is OriginKind.NAMED_CONTEXT:
            self.named[stage.origin.name, Take(".", line=stage.from_.start_line)] = None
        for step, after in zip(found.steps, _states_after(found), strict=True):
            if step.instruction.name in CONFIGURATION and stage.index not in self.shipped:
                continue
            for text in self._texts(step, after):
                self.lines.append(Line(number, text, step.instruction.start_line))
            for source in step.sources:
                self._source(source)

    def _origin(self, origin: Origin) -> str:
        """A stage by its number; an image and a named context alike, for what a name stands for is told elsewhere."""
        if origin.kind is OriginKind.STAGE and origin.stage is not None:
            return f"stage:{self.numbers.get(origin.stage, -1)}"
        return f"outside:{origin.name}"

    def _source(self, source: Source) -> None:
        where = f"line {source.instruction.start_line}"
        path = source.context_path if source.certain else "."
        if source.parents and "**" in path:  # with --parents, and only there, it leads through directories
            path = posixpath.dirname(path.partition("**")[0]) or "."
        take = Take(path, not source.is_mount and is_pattern(path), source.is_mount, source.instruction.start_line)
        if not source.certain and source.kind in (SourceKind.CONTEXT, SourceKind.NAMED_CONTEXT):
            self.notes[f"{where}: {source.path} hangs on the base image: all of its context counts"] = None
        match source.kind:
            case SourceKind.CONTEXT:
                self.takes[take] = None
            case SourceKind.NAMED_CONTEXT if source.origin is not None:
                self.named[source.origin.name, take] = None
            case SourceKind.IMAGE if source.origin is not None:
                self.images[source.origin.name, self.platform] = None
            case SourceKind.URL if not source.instruction.flag("checksum"):
                self.unknowable[f"{where}: what {source.path} will answer cannot be known (no --checksum)"] = None
            case SourceKind.GIT if not _COMMIT.search(source.path):
                self.unknowable[f"{where}: {source.path} names no full commit, so what it is can change"] = None

    def _texts(self, step: Step, after: State) -> Iterator[str]:
        """The normalised text of a step; nothing where it can have no effect."""
        instruction = step.instruction
        match instruction.name:
            case "ARG":
                for pair in instruction.pairs:
                    name = pair.key.text
                    self.declares_proxy = self.declares_proxy or name.upper() in PROXY_ARGS
                    if name in after.scope.values:
                        yield f"ARG {name}={json.dumps(_told(name, after.scope.values[name]))}"
            case "ENV":
                names = dict.fromkeys(pair.key.text for pair in instruction.pairs)
                written = "" if step.certain else f" {instruction.original}"
                yield f"ENV {json.dumps({n: _told(n, after.env.get(n) or '') for n in names})}{written}"
            case "COPY" | "ADD":
                yield self._copy(step)
            case "RUN":
                yield self._run(step)
            case "USER" | "WORKDIR" | "SHELL" | "STOPSIGNAL" | "VOLUME" | "EXPOSE":
                yield f"{instruction.name} {json.dumps(step.values or instruction.arguments)}"
            case _:
                yield _as_written(instruction)

    def _copy(self, step: Step) -> str:
        instruction = step.instruction
        origin = next((s.origin for s in step.sources if s.origin is not None), None)
        flags = [f for f in _flags(instruction) if not f.startswith("--from=")]
        if origin is not None:
            flags.append(f"--from={self._origin(origin)}")
        sources = [
            _address(s) if s.kind in (SourceKind.URL, SourceKind.GIT) else _normal(s)
            for s in step.sources
            if s.kind is not SourceKind.HEREDOC
        ]
        target = step.values[-1] if step.values else ""
        if step.certain and not target.startswith("/") and step.before.workdir is not None:
            slash = "/" if target.endswith(("/", "/.")) or target in (".", "") else ""
            target = posixpath.normpath(posixpath.join(step.before.workdir, target)).rstrip("/") + slash
        return _joined(instruction.name, sorted(flags), [*sources, target], _heredocs(instruction))

    def _run(self, step: Step) -> str:
        instruction = step.instruction
        flags = [f for f in _flags(instruction) if not f.startswith("--mount=")]
        origins = [s.origin for s in step.sources]
        mounts = []
        for mount in step.mounts:
            takes_files = mount.type == "bind" or (mount.type == "cache" and bool(mount.from_))
            origin = origins.pop(0) if takes_files and origins else None
            mounts.append(_mount(mount, self._origin(origin) if origin is not None else ""))
        words = ["json" if instruction.is_json else "shell", *instruction.arguments]
        return _joined("RUN", [*flags, *mounts], words, _heredocs(instruction))


def is_pattern(path: str) -> bool:
    """Whether BuildKit looks for wildcards in a source of COPY."""
    return any(char in path for char in "*?[\\")


def special_args(args: Mapping[str, str]) -> dict[str, str]:
    """The build arguments that BuildKit itself reads, declared or not."""
    return {name: args[name] for name in sorted(args) if name.startswith("BUILDKIT_") or name == "SOURCE_DATE_EPOCH"}


def _told(name: str, value: str) -> str:
    """A value; where its name sounds like a secret a digest of it, for demands are kept and shown."""
    if not value or not _SECRET.search(name):
        return value
    return "sha256:" + hashlib.sha256(f"{name}={value}".encode("utf-8", "surrogateescape")).hexdigest()


def _base_chain(meaning: Meaning) -> frozenset[int]:
    """The stages whose configuration the image inherits: the target and what it starts from."""
    found: set[int] = set()
    index = meaning.target.stage.index if meaning.target is not None else None
    while index is not None and index not in found:
        found.add(index)
        index = meaning.stages[index].stage.origin.stage
    return frozenset(found)


def _states_after(found: StageMeaning) -> list[State]:
    """The state that each step leaves: the one that the next step meets."""
    return [*(step.before for step in found.steps[1:]), found.end][: len(found.steps)]


def _flags(instruction: Instruction) -> list[str]:
    return [f"--{flag.name}={flag.value if flag.value is not None else 'true'}" for flag in instruction.flags]


def _heredocs(instruction: Instruction) -> list[object]:
    return [[h.name, h.expand, h.descriptor, h.text] for h in instruction.heredocs]


def _joined(name: str, flags: list[str], words: list[str], heredocs: list[object]) -> str:
    parts = [name, *flags, json.dumps(words)]
    return " ".join([*parts, json.dumps(heredocs)] if heredocs else parts)


def _as_written(instruction: Instruction) -> str:
    """CMD, LABEL and their like: form and words; white space between words is gone."""
    words: list[object] = [word.text for word in instruction.words]
    words += [[pair.key.text, pair.value.text if pair.value else None] for pair in instruction.pairs]
    if instruction.trigger is not None:
        words.append(instruction.trigger.original)
    form = "json" if instruction.is_json else "text"
    return " ".join([instruction.name, *_flags(instruction), form, json.dumps(words)])


def _address(source: Source) -> str:
    return source.path


def _normal(source: Source) -> str:
    return source.context_path if source.certain else source.path


def _mount(mount: Mount, origin: str) -> str:
    fields: dict[str, object] = {"type": mount.type, "target": mount.target, "ro": mount.read_only}
    if mount.type != "cache":
        fields["id"] = mount.secret_id if mount.type == "secret" else mount.id
    optional = {
        "from": origin, "source": mount.source, "required": mount.required, "size": mount.size,
        "mode": mount.mode, "uid": mount.uid, "gid": mount.gid, "env": mount.env,
    }  # fmt: skip
    fields |= {name: value for name, value in optional.items() if value not in ("", None, False)}
    return f"--mount={json.dumps(fields)}"

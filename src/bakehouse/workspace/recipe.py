"""A Dockerfile's text goes in; what the workspace needs of it comes out: stages, bases, what is copied from where.

Tolerant on purpose: a file that BuildKit would refuse can still be listed. The refusal comes at plan time.
"""

from __future__ import annotations

import platform
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from bakehouse.dockerfile.parser import parse
from bakehouse.workspace.interpolation import interpolate

_MACHINES = {"x86_64": "amd64", "aarch64": "arm64"}
_WORDS = re.compile(r"(?:[^\s\"']|\"[^\"]*\"|'[^']*')+")


@dataclass(frozen=True, slots=True)
class Copy:
    """Sources of one COPY, ADD or bind mount; `origin` is its --from (stage, context or image), if any."""

    sources: tuple[str, ...]
    origin: str | None
    line: int


@dataclass(frozen=True, slots=True)
class Stage:
    """One FROM and what is copied after it. `name` is the index as text where it has none."""

    name: str
    base: str
    line: int
    copies: tuple[Copy, ...]


@dataclass(frozen=True, slots=True)
class Outside:
    """An image or named context that a stage takes from outside the file."""

    reference: str
    stage: str
    line: int


@dataclass(frozen=True, slots=True)
class Recipe:
    """A Dockerfile as the workspace sees it."""

    stages: tuple[Stage, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """All stages, in order."""
        return tuple(s.name for s in self.stages)

    def find(self, reference: str, before: int | None = None) -> int | None:
        """The index of the stage that a name or number means, among the first `before` stages."""
        limit = len(self.stages) if before is None else before
        for index in range(limit - 1, -1, -1):
            if self.stages[index].name.lower() == reference.lower():
                return index
        return int(reference) if reference.isdigit() and int(reference) < limit else None

    def reachable(self, targets: Iterable[str | None]) -> tuple[Stage, ...]:
        """The stages that building the targets needs (None: the last stage), in file order."""
        pending = [len(self.stages) - 1 if t is None else self.find(t) for t in targets]
        seen: set[int] = set()
        while pending:
            index = pending.pop()
            if index is None or index < 0 or index in seen:
                continue
            seen.add(index)
            stage = self.stages[index]
            pending += [self.find(r, index) for r in (stage.base, *(c.origin for c in stage.copies)) if r]
        return tuple(self.stages[i] for i in sorted(seen))

    def outside(self, stages: Iterable[Stage]) -> tuple[Outside, ...]:
        """What the stages take that is no stage of this file; `scratch` is nothing."""
        found: dict[str, Outside] = {}
        for stage in stages:
            index = self.stages.index(stage)
            wanted = [(stage.base, stage.line)] + [(c.origin, c.line) for c in stage.copies if c.origin]
            for reference, line in wanted:
                if reference and reference != "scratch" and self.find(reference, index) is None:
                    found.setdefault(reference, Outside(reference, stage.name, line))
        return tuple(found.values())

    def sources(self, stages: Iterable[Stage]) -> tuple[tuple[str, int], ...]:
        """What the stages copy out of the build context: (path as written, line)."""
        copies = (c for s in stages for c in s.copies if c.origin is None)
        return tuple((source, c.line) for c in copies for source in c.sources)


def read_recipe(text: str, args: Mapping[str, str] | None = None) -> Recipe:
    """Read a Dockerfile; `args` are build arguments that go over the defaults of ARG."""
    variables = _platform_variables()
    stages: list[Stage] = []
    for name, rest, line in _instructions(text):
        if name == "ARG" and not stages:
            key, _, default = rest.partition("=")
            value = (args or {}).get(key.strip(), interpolate(default.strip().strip("\"'"), variables))
            variables[key.strip()] = value
        elif name == "FROM":
            stages.append(_stage(rest, line, len(stages), variables))
        elif stages and name in ("COPY", "ADD", "RUN"):
            scope = {**variables, **(args or {})}
            copies = _mounts(rest, line, scope) if name == "RUN" else _copies(rest, line, scope)
            last = stages[-1]
            stages[-1] = Stage(last.name, last.base, last.line, last.copies + copies)
    return Recipe(tuple(stages))


def normalise(reference: str) -> str:
    """An image reference in full: `node:20` → `docker.io/library/node:20`, with `:latest` where nothing is said."""
    if "$" in reference or not reference:
        return reference
    first, slash, _ = reference.partition("/")
    if not slash:
        reference = f"docker.io/library/{reference}"
    elif not ("." in first or ":" in first or first == "localhost"):
        reference = f"docker.io/{reference}"
    return reference if "@" in reference or ":" in reference.rpartition("/")[2] else f"{reference}:latest"


def _platform_variables() -> dict[str, str]:
    machine = platform.machine()
    architecture = _MACHINES.get(machine, machine)
    return {
        f"{side}{what}": value
        for side in ("TARGET", "BUILD")
        for what, value in (("OS", "linux"), ("ARCH", architecture), ("PLATFORM", f"linux/{architecture}"))
    }


def _instructions(text: str) -> Iterable[tuple[str, str, int]]:
    """(name, arguments as one logical line, first line) of what the parser finds, refused or not."""
    for instruction in parse(text.encode("utf-8", "surrogateescape")).instructions:
        words = instruction.original.split(None, 1)
        yield instruction.name, words[1].strip() if len(words) > 1 else "", instruction.start_line


def _stage(rest: str, line: int, index: int, variables: Mapping[str, str]) -> Stage:
    words = [w for w in rest.split() if not w.startswith("--")]
    written = words[0].strip("\"'") if words else ""
    base = interpolate(written, variables) if _resolvable(written, variables) else written
    named = len(words) >= 3 and words[1].lower() == "as"
    return Stage(words[2] if named else str(index), base, line, ())


def _resolvable(text: str, variables: Mapping[str, str]) -> bool:
    """Whether no variable without value and default would leave a hole in the reference."""
    names = re.findall(r"\$(?:\{(\w+)\}|(\w+))", text)
    return all(variables.get(a or b) for a, b in names)


def _copies(rest: str, line: int, variables: Mapping[str, str]) -> tuple[Copy, ...]:
    flags = re.match(r"(?:--\S+\s+)*", rest)
    head = flags[0] if flags else ""
    body = rest[len(head) :].strip()
    found = re.search(r"--from=(\S+)", head)
    origin = interpolate(found[1].strip("\"'"), variables) if found else None
    if body.startswith("["):
        words = re.findall(r'"((?:[^"\\]|\\.)*)"', body)
    else:
        words = [w.strip("\"'") for w in _WORDS.findall(body)]
    sources = tuple(interpolate(w, variables) for w in words[:-1] if _is_path(w))
    return (Copy(sources, origin, line),) if sources or origin else ()


def _is_path(word: str) -> bool:
    return not re.match(r"<<|https?://|git@|ssh://", word)


def _mounts(rest: str, line: int, variables: Mapping[str, str]) -> tuple[Copy, ...]:
    """--mount=type=bind of a RUN, and the stage or image that a cache mount starts from."""
    copies = []
    for text in re.findall(r"--mount=(\S+)", rest):
        options = dict(o.partition("=")[::2] for o in text.strip("\"'").split(","))
        origin = interpolate(options.get("from", ""), variables) or None
        if options.get("type", "bind") == "bind" or origin:
            sources = (options.get("source") or options.get("src") or ".",)
            copies.append(Copy(sources, origin, line))
    return tuple(copies)

"""One Dockerfile as rules see it: read once, each view computed when the first rule asks for it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, wraps
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from bakehouse.config import LintSection
from bakehouse.dockerfile.meaning import Meaning, interpret
from bakehouse.dockerfile.packages import PackageCall, package_call, unwrap
from bakehouse.dockerfile.parser import parse
from bakehouse.dockerfile.shell import Command, Script, ShellWord, read_script
from bakehouse.dockerfile.state import StageMeaning, Step
from bakehouse.dockerfile.syntax import Dockerfile, Instruction

if TYPE_CHECKING:
    from bakehouse.lint.repo import Repo
    from bakehouse.model.service import Service

T = TypeVar("T")
ROOTS = ("root", "0")


@dataclass(frozen=True, slots=True)
class Run:
    """One RUN where it stands. `calls` are the commands of `script` that call a package manager, `chain` those
    outside if, loops, functions, subshells and substitutions, in order."""

    stage: StageMeaning
    step: Step
    script: Script
    calls: tuple[PackageCall, ...]
    chain: tuple[Command, ...]

    @property
    def instruction(self) -> Instruction:
        """The RUN."""
        return self.step.instruction

    @property
    def start(self) -> int:
        """Where the RUN begins in the file."""
        return self.step.instruction.span.start

    def has_cache_mount(self, *targets: str) -> bool:
        """Whether a cache mount lies at, above or below one of these directories (no argument: any at all)."""
        mounts = [m.target.rstrip("/") for m in self.step.mounts if m.type == "cache"]
        if not targets:
            return bool(mounts)
        wanted = [t.rstrip("/") for t in targets]
        return any(m == t or t.startswith(m + "/") or m.startswith(t + "/") for m in mounts for t in wanted)

    def keeps_out(self, path: str) -> bool:
        """Whether what is written to `path` stays out of the layer: a mount lies there or above."""
        mounts = [m.target.rstrip("/") for m in self.step.mounts if m.type in ("cache", "tmpfs", "bind")]
        return any(path == m or path.startswith(m + "/") for m in mounts)


class Program(NamedTuple):
    """A command seen through sudo, env, time and their like: `words` begin with the name of the real one."""

    run: Run
    command: Command
    words: Sequence[ShellWord]

    @property
    def name(self) -> str:
        """The program's name without its directory."""
        return (self.words[0].text or "").rpartition("/")[2]

    @property
    def arguments(self) -> tuple[str, ...]:
        """The values of the words behind the name, as written where not known."""
        return tuple(word.static for word in self.words[1:])


class Subject:
    """One Dockerfile. `path` is workspace-relative; `services` are those built from it (none where the file
    is looked at alone), `repo` everything around it."""

    def __init__(
        self,
        path: str,
        data: bytes,
        settings: LintSection | None = None,
        services: tuple[Service, ...] = (),
        repo: Repo | None = None,
    ) -> None:
        self.path = path
        self.tree: Dockerfile = parse(data, path)
        self.settings = settings or LintSection()
        self.services = services
        self.repo = repo
        self.remembered: dict[object, tuple[Any, ...]] = {}
        """What functions made with `once` gave for this subject."""

    @property
    def data(self) -> bytes:
        """The file's bytes."""
        return self.tree.data

    @cached_property
    def meaning(self) -> Meaning:
        """Stages and steps with the defaults of all arguments."""
        return interpret(self.tree)

    @property
    def stages(self) -> tuple[StageMeaning, ...]:
        """All stages in file order."""
        return self.meaning.stages

    @cached_property
    def images(self) -> tuple[StageMeaning, ...]:
        """The stages that become images: the last one, and the targets of the services built from this file."""
        found = [self.stages[-1]] if self.stages else []
        for service in self.services:
            for target in (service.target, *service.variants.values()):
                stage = self.meaning.graph.target(target)
                if stage is not None:
                    found.append(self.stages[stage.index])
        return tuple({m.stage.index: m for m in sorted(found, key=lambda m: m.stage.index)}.values())

    @cached_property
    def products(self) -> tuple[StageMeaning, ...]:
        """`images`, but for development images (a stage called dev, test, debug, ... that is not the last)."""
        dev = {"dev", "development", "debug", "test", "tests", "lint", "ci"}
        last = self.stages[-1:]
        return tuple(m for m in self.images if m in last or m.stage.name not in dev)

    @cached_property
    def shipped(self) -> frozenset[int]:
        """The indices of the stages whose layers are in an image: `images` and the stages they start from."""
        found: set[int] = set()
        for image in self.images:
            index: int | None = image.stage.index
            while index is not None and index not in found:
                found.add(index)
                index = self.stages[index].stage.origin.stage
        return frozenset(found)

    @cached_property
    def steps(self) -> tuple[tuple[StageMeaning, Step], ...]:
        """Every instruction of every stage with what it means there; inherited ONBUILD triggers left out."""
        return tuple((stage, step) for stage in self.stages for step in stage.steps if not step.from_trigger)

    @cached_property
    def runs(self) -> tuple[Run, ...]:
        """Every RUN with its commands."""
        return tuple(self._run(stage, step) for stage, step in self.steps if step.instruction.name == "RUN")

    def _run(self, stage: StageMeaning, step: Step) -> Run:
        script = read_script(self.tree, step.instruction, step.before.effective_shell)
        calls = (package_call(command) for command in script.commands)
        chain = tuple(command for command in script.commands if not command.nested)
        return Run(stage, step, script, tuple(call for call in calls if call is not None), chain)

    @cached_property
    def _run_by_instruction(self) -> dict[int, Run]:
        return {id(run.instruction): run for run in self.runs}

    def run_of(self, step: Step) -> Run | None:
        """The RUN that a step is, with its commands; None for any other instruction."""
        return self._run_by_instruction.get(id(step.instruction))

    @cached_property
    def _by_name(self) -> dict[str, list[Instruction]]:
        found: dict[str, list[Instruction]] = {}
        for instruction in self.tree.instructions:
            found.setdefault(instruction.name, []).append(instruction)
        return found

    def named(self, *names: str) -> Iterator[Instruction]:
        """The instructions with these names (upper case), in file order for each name."""
        for name in names:
            yield from self._by_name.get(name, ())

    def steps_named(self, *names: str) -> Iterator[tuple[StageMeaning, Step]]:
        """The steps of instructions with these names, in file order."""
        found = self._steps_by_name
        if len(names) == 1:
            return iter(found.get(names[0], ()))
        if not any(name in found for name in names):
            return iter(())
        return ((stage, step) for stage, step in self.steps if step.instruction.name in names)

    @cached_property
    def _steps_by_name(self) -> dict[str, list[tuple[StageMeaning, Step]]]:
        found: dict[str, list[tuple[StageMeaning, Step]]] = {}
        for stage, step in self.steps:
            found.setdefault(step.instruction.name, []).append((stage, step))
        return found

    @cached_property
    def _commands_by_name(self) -> dict[str, list[tuple[Run, Command]]]:
        found: dict[str, list[tuple[Run, Command]]] = {}
        for run in self.runs:
            for command in run.script.commands:
                found.setdefault(command.name, []).append((run, command))
        return found

    @cached_property
    def _calls_by_manager(self) -> dict[str, list[tuple[Run, PackageCall]]]:
        found: dict[str, list[tuple[Run, PackageCall]]] = {}
        for run in self.runs:
            for call in run.calls:
                found.setdefault(call.manager, []).append((run, call))
        return found

    def commands(self, *names: str) -> list[tuple[Run, Command]]:
        """The commands of all RUNs with one of these names (without directory), in file order."""
        found = [pair for name in names for pair in self._commands_by_name.get(name, ())]
        return found if len(names) == 1 else sorted(found, key=lambda pair: pair[1].span)

    @cached_property
    def _programs(self) -> dict[str, list[Program]]:
        found: dict[str, list[Program]] = {}
        for run in self.runs:
            for command in run.script.commands:
                words = unwrap(command.words)
                if words:
                    program = Program(run, command, words)
                    found.setdefault(program.name, []).append(program)
        return found

    def programs(self, *names: str) -> list[Program]:
        """The commands of all RUNs that run one of these programs, through sudo and its like too, in file order."""
        found = [program for name in names for program in self._programs.get(name, ())]
        return sorted(found, key=lambda p: p.command.span.start) if len(names) > 1 else found

    def calls(self, *managers: str) -> list[tuple[Run, PackageCall]]:
        """The calls of these package managers (canonical names), in file order."""
        found = [pair for manager in managers for pair in self._calls_by_manager.get(manager, ())]
        return found if len(managers) == 1 else sorted(found, key=lambda pair: pair[1].command.span)


def once(function: Callable[[Subject], Iterable[T]]) -> Callable[[Subject], tuple[T, ...]]:
    """Let a function of a subject work once for each: several rules ask it."""

    @wraps(function)
    def remembering(subject: Subject) -> tuple[T, ...]:
        found = subject.remembered.get(function)
        if found is None:
            found = subject.remembered[function] = tuple(function(subject))
        return found

    return remembering


def is_root(user: str | None) -> bool:
    """Whether a USER value is certainly root. None (what the base says) is not."""
    return user is not None and (user.partition(":")[0] in ROOTS or user == "")

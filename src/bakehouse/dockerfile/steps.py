"""One walk through a stage: each instruction changes the state that the next one meets.

Enter a stage and the state it starts with; leave its `StageMeaning`. What BuildKit would refuse only while
it builds (an expansion that fails, a mount that makes no sense) becomes a problem of the stage.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from bakehouse.dockerfile.environment import Environment
from bakehouse.dockerfile.expansion import Expanded, declare_args
from bakehouse.dockerfile.heredocs import is_opening
from bakehouse.dockerfile.lexer import Lexer, LexError
from bakehouse.dockerfile.mounts import Mount, MountError, clean_path, parse_mount
from bakehouse.dockerfile.sources import Source, SourceKind, origin_kind, remote_kind
from bakehouse.dockerfile.stages import BuildInputs, EdgeKind, Origin, Stage, StageGraph
from bakehouse.dockerfile.state import StageMeaning, State, Step
from bakehouse.dockerfile.syntax import Instruction, Pair, Problem, Span, Word
from bakehouse.dockerfile.verdict import check


class StageWalk:
    """Walks one stage; `run` once."""

    def __init__(self, graph: StageGraph, stage: Stage, inputs: BuildInputs, start: State) -> None:
        self.graph = graph
        self.stage = stage
        self.inputs = inputs
        self.lexer = Lexer(graph.tree.escape)
        self.state = start
        self.problems: list[Problem] = []
        self.origins = {id(e.instruction): e.origin for e in stage.edges if e.kind is EdgeKind.COPY}
        self.mount_origins = {
            (id(e.instruction), e.origin.name): e.origin for e in stage.edges if e.kind is EdgeKind.MOUNT
        }
        self.command_here = False

    def run(self) -> StageMeaning:
        """All steps in order."""
        count = len(self.stage.triggers)
        steps = []
        for number, instruction in enumerate((*self.stage.triggers, *self.stage.instructions)):
            step = Step(instruction, self.state, from_trigger=number < count)
            action = _ACTIONS.get(instruction.name)
            refusal = check(instruction) if step.from_trigger else None  # BuildKit looks at a trigger when it runs
            if refusal is not None:
                self._problem(refusal.message, refusal.span)
            elif action is not None and len(instruction.words) >= _WORDS.get(instruction.name, 0):
                try:
                    step = action(self, step)
                except LexError as error:
                    self._problem(str(error), instruction.code, error.expected)
                except MountError as error:
                    self._problem(str(error), instruction.code)
            steps.append(step)
        return StageMeaning(self.stage, tuple(steps), self.state, tuple(self.problems))

    def _problem(self, message: str, span: Span, expected: str | None = None) -> None:
        self.problems.append(Problem(message, span, *self.graph.tree.position(span.start), expected))

    def _expand(self, word: Word) -> Expanded:
        return self.state.scope.expand(self.lexer, word.text)

    def _expand_words(self, instruction: Instruction) -> tuple[tuple[str, ...], bool]:
        found = [self._expand(word) for word in instruction.words]
        return tuple(value.text for value in found), all(value.certain for value in found)

    def _pairs(self, pairs: tuple[Pair, ...]) -> list[tuple[str, Expanded]]:
        empty = Word("", Span(0, 0))
        return [(self._expand(p.key).text, self._expand(p.value or empty)) for p in pairs]

    def arg(self, step: Step) -> Step:
        """ARG: build args, defaults, global values."""
        scope = declare_args(self.state.scope, step.instruction, self.lexer, self.inputs.args, self.graph.global_scope)
        names = tuple(pair.key.text for pair in step.instruction.pairs)
        self.state = replace(self.state, scope=scope, args=_with_keys(self.state.args, names))
        return step

    def env(self, step: Step) -> Step:
        """ENV: all values are expanded before any is set."""
        pairs = self._pairs(step.instruction.pairs)
        env = _changed(self.state.env, pairs)
        self.state = replace(self.state, scope=self.state.scope.with_values(pairs), env=env)
        return replace(step, certain=all(value.certain for _, value in pairs))

    def label(self, step: Step) -> Step:
        """LABEL."""
        pairs = self._pairs(step.instruction.pairs)
        labels = _changed(self.state.labels, pairs)
        self.state = replace(self.state, labels=labels)
        return replace(step, certain=all(value.certain for _, value in pairs))

    def user(self, step: Step) -> Step:
        """USER."""
        values, known = self._expand_words(step.instruction)
        self.state = replace(self.state, user=values[0])
        return replace(step, values=values, certain=known)

    def workdir(self, step: Step) -> Step:
        """WORKDIR: a relative path goes below the one before, if that is known."""
        values, known = self._expand_words(step.instruction)
        before = self.state.workdir
        path: str | None = values[0]
        if not values[0].startswith("/"):
            path = None if before is None else clean_path(f"/{before}/{path}") if path else before or "/"
        self.state = replace(self.state, workdir=path)
        return replace(step, values=values, certain=known)

    def shell(self, step: Step) -> Step:
        """SHELL."""
        self.state = replace(self.state, shell=step.instruction.arguments)
        return replace(step, values=step.instruction.arguments)

    def _command_line(self, instruction: Instruction) -> tuple[str, ...]:
        words = instruction.arguments
        return words if instruction.is_json else (*self.state.effective_shell, " ".join(words))

    def cmd(self, step: Step) -> Step:
        """CMD."""
        line = self._command_line(step.instruction)
        self.command_here = True
        self.state = replace(self.state, command=line)
        return replace(step, values=step.instruction.arguments)

    def entrypoint(self, step: Step) -> Step:
        """ENTRYPOINT, which drops a command that the base left."""
        command = self.state.command if self.command_here else ()
        self.state = replace(self.state, entrypoint=self._command_line(step.instruction), command=command)
        return replace(step, values=step.instruction.arguments)

    def healthcheck(self, step: Step) -> Step:
        """HEALTHCHECK."""
        on = step.instruction.arguments[:1] != () and step.instruction.arguments[0].upper() != "NONE"
        self.state = replace(self.state, has_healthcheck=on)
        return replace(step, values=step.instruction.arguments)

    def expose(self, step: Step) -> Step:
        """EXPOSE, whose words may become several."""
        ports = tuple(port for word in step.instruction.words for port in self.state.scope.split(self.lexer, word.text))
        self.state = replace(self.state, exposed=_with_keys(self.state.exposed, ports))
        return replace(step, values=ports)

    def volume(self, step: Step) -> Step:
        """VOLUME."""
        found = [self._expand(Word(word.text.strip(), word.span)) for word in step.instruction.words]
        paths, known = tuple(value.text for value in found), all(value.certain for value in found)
        if "" in paths:
            self._problem("VOLUME specified can not be an empty string", step.instruction.code)
        self.state = replace(self.state, volumes=_with_keys(self.state.volumes, paths))
        return replace(step, values=paths, certain=known)

    def stopsignal(self, step: Step) -> Step:
        """STOPSIGNAL."""
        values, known = self._expand_words(step.instruction)
        self.state = replace(self.state, stop_signal=values[0])
        return replace(step, values=values, certain=known)

    def copy(self, step: Step) -> Step:
        """COPY and ADD."""
        instruction = step.instruction
        origin = self.origins.get(id(instruction))
        self._check_order(origin, f'cannot copy from stage "{origin.name if origin else ""}"', instruction)
        for name in ("chown", "chmod", "checksum"):
            flag = instruction.flag(name)
            if flag:
                self.state.scope.expand(self.lexer, flag)
        values, known, sources = [], True, []
        for word in instruction.words[:-1]:
            if is_opening(word.text):
                name = word.text.lstrip("0123456789").removeprefix("<<").removeprefix("-").strip("\"'")
                sources.append(Source(SourceKind.HEREDOC, name, True, instruction, word.span))
                continue
            value = self._expand(word)
            values.append(value.text)
            known = known and value.certain
            sources.append(self._source(instruction, word, value, origin))
        destination = self._expand(instruction.words[-1])
        return replace(
            step,
            values=(*values, destination.text),
            sources=tuple(sources),
            certain=known and destination.certain,
        )

    def _source(self, instruction: Instruction, word: Word, value: Expanded, origin: Origin | None) -> Source:
        kind = remote_kind(value.text)
        if kind is not None and instruction.name == "COPY":
            what = "a git ref" if kind is SourceKind.GIT else "a URL"
            self._problem(f"source can't be {what} for COPY", word.span)
        return Source(
            kind=kind or origin_kind(origin),
            path=value.text,
            certain=value.certain,
            instruction=instruction,
            span=word.span,
            origin=None if kind else origin,
            excludes=instruction.flag_values("exclude"),
            parents=instruction.is_on("parents"),
        )

    def _check_order(self, origin: Origin | None, what: str, instruction: Instruction) -> None:
        if origin is not None and origin.stage is not None and origin.stage > self.stage.index:
            here = self.stage.label
            self._problem(f'{what}, it needs to be defined before current stage "{here}"', instruction.code)

    def run_(self, step: Step) -> Step:
        """RUN: mounts, network and security."""
        instruction = step.instruction
        certain = [True]

        def expand(text: str) -> str:
            value = self.state.scope.expand(self.lexer, text)
            certain[0] = certain[0] and value.certain
            return value.text

        mounts: list[Mount] = []
        sources: list[Source] = []
        for flag in instruction.flags:
            if flag.name != "mount":
                continue
            certain[0] = True
            mount = parse_mount(flag.value or "", expand)
            mounts.append(mount)
            if mount.type != "bind" and not (mount.type == "cache" and mount.from_):
                continue
            origin = self.mount_origins.get((id(instruction), mount.from_)) if mount.from_ else None
            self._check_order(origin, f'cannot mount from stage "{mount.from_}"', instruction)
            span = flag.value_span or flag.span
            kind = origin_kind(origin)
            sources.append(Source(kind, mount.source, certain[0], instruction, span, origin, is_mount=True))
        return replace(
            step,
            values=instruction.arguments,
            mounts=tuple(mounts),
            sources=tuple(sources),
            network=instruction.flag("network") or "default",
            security=instruction.flag("security") or "sandbox",
            certain=all(source.certain for source in sources),
        )


def _changed(env: Environment, pairs: list[tuple[str, Expanded]]) -> Environment:
    return env.with_values((name, value.text, not value.certain) for name, value in pairs)


def _with_keys(found: Environment, keys: tuple[str, ...]) -> Environment:
    return found.with_values((key, "", False) for key in keys)


_WORDS = {"ADD": 2, "COPY": 2, "STOPSIGNAL": 1, "USER": 1, "WORKDIR": 1}
"""How many words an instruction needs to mean something; the parser has refused it otherwise."""

_ACTIONS: dict[str, Callable[[StageWalk, Step], Step]] = {
    "ADD": StageWalk.copy,
    "ARG": StageWalk.arg,
    "CMD": StageWalk.cmd,
    "COPY": StageWalk.copy,
    "ENTRYPOINT": StageWalk.entrypoint,
    "ENV": StageWalk.env,
    "EXPOSE": StageWalk.expose,
    "HEALTHCHECK": StageWalk.healthcheck,
    "LABEL": StageWalk.label,
    "RUN": StageWalk.run_,
    "SHELL": StageWalk.shell,
    "STOPSIGNAL": StageWalk.stopsignal,
    "USER": StageWalk.user,
    "VOLUME": StageWalk.volume,
    "WORKDIR": StageWalk.workdir,
}

"""Reads the stages of a tree: names, expanded bases, and the edges of FROM, `COPY --from` and mounts.

Enter a tree and the inputs of a build (args, target, platform, named contexts); leave a `StageGraph`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from bakehouse.dockerfile.environment import Environment
from bakehouse.dockerfile.expansion import Scope, declare_globals
from bakehouse.dockerfile.imageref import ImageRefError, parse_image
from bakehouse.dockerfile.lexer import Lexer, LexError
from bakehouse.dockerfile.mounts import MountError, check_unexpanded
from bakehouse.dockerfile.platforms import PlatformError, parse_platform, platform_args
from bakehouse.dockerfile.stages import (
    INDEX,
    SCRATCH,
    BuildInputs,
    Edge,
    EdgeKind,
    Origin,
    OriginKind,
    Stage,
    StageGraph,
)
from bakehouse.dockerfile.syntax import Dockerfile, Instruction, Problem, Span
from bakehouse.dockerfile.verdict import stage_name


def read_stages(tree: Dockerfile, inputs: BuildInputs | None = None) -> StageGraph:
    """The stages of a tree. Instructions that the parser refused are passed over."""
    return _Reader(tree, inputs or BuildInputs()).run()


@dataclass(frozen=True, slots=True)
class _Draft:
    """What is known of a stage once its FROM is read; `replaced`: a named context stands for all of it."""

    index: int
    base: str
    known: bool
    origin: Origin
    replaced: bool = False


class _Reader:
    def __init__(self, tree: Dockerfile, inputs: BuildInputs) -> None:
        self.tree = tree
        self.inputs = inputs
        self.lexer = Lexer(tree.escape)
        self.scope = Scope()
        self.names: dict[str, int] = {}  # stages declared so far
        self.all_names: dict[str, int] = {}
        self.onbuild: list[tuple[Instruction, ...]] = []
        self.unregistered: list[Origin] = []  # BuildKit counts these after the stages, so indices may name them
        self.problems: list[Problem] = []
        self.contexts = {_context_name(name): name for name in inputs.contexts}

    def run(self) -> StageGraph:
        globals_, blocks = _split(self.tree)
        names = [_name_of(block[0]) for block in blocks]
        self.count = len(blocks)
        self.all_names = {name: index for index, name in enumerate(names) if name}
        last = names[-1] if names else None
        self._declare(globals_, self.inputs.target or last or "")
        stages = []
        for index, block in enumerate(blocks):
            stages.append(self._stage(index, names[index], block))
            name = names[index]
            if name:
                self.names[name] = index
        self._check_cycles(stages)
        return StageGraph(self.tree, tuple(stages), self.scope, tuple(self.problems))

    def _declare(self, instructions: list[Instruction], target: str) -> None:
        try:
            build = parse_platform(self.inputs.build_platform)
            wanted = parse_platform(self.inputs.platform)
            self.scope = Scope(Environment(platform_args(build, wanted, target, self.inputs.args)))
        except PlatformError as error:
            self._problem(str(error), Span(0, 0), "a platform such as linux/amd64")
        for instruction in instructions:
            try:
                self.scope = declare_globals(self.scope, instruction, self.lexer, self.inputs.args)
            except LexError as error:
                self._problem(str(error), instruction.code, error.expected)

    def _problem(self, message: str, span: Span, expected: str | None = None) -> None:
        self.problems.append(Problem(message, span, *self.tree.position(span.start), expected))

    def _stage(self, index: int, name: str | None, block: list[Instruction]) -> Stage:
        from_ = block[0]
        written = from_.words[0]
        base, known = written.text, True
        try:
            expanded = self.scope.expand(self.lexer, base)
            base, known = expanded.text, not expanded.missing
            if not base:
                self._problem(f"base name ({written.text}) should not be blank", written.span, "an image or a stage")
        except LexError as error:
            self._problem(str(error), written.span, error.expected)
        if name and _context_name(name) in self.contexts:
            origin = Origin(OriginKind.NAMED_CONTEXT, self.contexts[_context_name(name)])
            return self._assemble(_Draft(index, base, known, origin, replaced=True), name, block)
        stage = self.names.get(base)
        origin = Origin(OriginKind.STAGE, base, stage) if stage is not None else self._external(base, written.span)
        return self._assemble(_Draft(index, base, known, origin), name, block)

    def _assemble(self, stage: _Draft, name: str | None, block: list[Instruction]) -> Stage:
        instructions = () if stage.replaced else tuple(block[1:])
        triggers = self.onbuild[stage.origin.stage] if stage.origin.stage is not None else ()
        self.onbuild.append(tuple(i.trigger for i in instructions if i.trigger is not None))
        edges = [Edge(EdgeKind.BASE, stage.origin, block[0])]
        for instruction in (*triggers, *instructions):
            edges += self._edges(instruction)
        return Stage(
            index=stage.index,
            name=name,
            label=name or f"stage-{stage.index}",
            from_=block[0],
            base=stage.base,
            base_certain=stage.known,
            origin=stage.origin,
            platform=self._platform(block[0]),
            instructions=instructions,
            triggers=triggers,
            edges=tuple(edges),
        )

    def _platform(self, from_: Instruction) -> str | None:
        flag = next((flag for flag in from_.flags if flag.name == "platform" and flag.value), None)
        if flag is None or flag.value is None:
            return None
        try:
            value = self.scope.expand(self.lexer, flag.value).text
            if not value:
                raise PlatformError(f"empty platform value from expression {flag.value}")
            return str(parse_platform(value))
        except (LexError, PlatformError) as error:
            self._problem(str(error), flag.value_span or flag.span, "a platform such as linux/amd64")
            return None

    def _edges(self, instruction: Instruction) -> Iterator[Edge]:
        if instruction.name == "COPY":
            flag = next((flag for flag in instruction.flags if flag.name == "from" and flag.value), None)
            if flag is not None and flag.value is not None:
                origin = self._copy_origin(flag.value, flag.value_span or flag.span)
                if origin is not None:
                    yield Edge(EdgeKind.COPY, origin, instruction)
        elif instruction.name == "RUN":
            for flag in instruction.flags:
                if flag.name != "mount" or not flag.value:
                    continue
                try:
                    name = check_unexpanded(flag.value).from_
                except MountError:
                    continue
                origin = self._resolve(name or SCRATCH, flag.value_span or flag.span)
                if name:
                    yield Edge(EdgeKind.MOUNT, origin, instruction)

    def _copy_origin(self, name: str, span: Span) -> Origin | None:
        try:
            same = self.lexer.expand(name, {}).text == name
        except LexError as error:
            self._problem(str(error), span)
            return None
        if not same:
            self._problem(
                "variable expansion is not supported for --from, define a new stage with FROM using ARG from "
                "global scope as a workaround",
                span,
                "the name of a stage, an image or a context",
            )
            return None
        if not INDEX.match(name):
            return self._resolve(name, span)
        index = int(name) if len(name) < 10 else -1
        if 0 <= index < self.count:
            return Origin(OriginKind.STAGE, name, index)
        if 0 <= index - self.count < len(self.unregistered):
            return self.unregistered[index - self.count]
        self._problem(f"invalid stage index {name}", span, f"an index from 0 to {self.count - 1}")
        return None

    def _resolve(self, name: str, span: Span) -> Origin:
        """What `--from=name` means: a stage of that name in any case, else something outside the file."""
        stage = self.all_names.get(stage_name(name))
        if stage is not None:
            return Origin(OriginKind.STAGE, name, stage)
        origin = self._external(name, span)
        self.unregistered.append(origin)
        return origin

    def _external(self, name: str, span: Span) -> Origin:
        if name == SCRATCH:
            return Origin(OriginKind.SCRATCH, name)
        context = self.contexts.get(_context_name(name))
        if context is not None:
            return Origin(OriginKind.NAMED_CONTEXT, context)
        try:
            return Origin(OriginKind.IMAGE, name, image=parse_image(name))
        except ImageRefError as error:
            if name:
                self._problem(f'failed to parse stage name "{name}": {error}', span, "an image or a stage")
            return Origin(OriginKind.IMAGE, name)

    def _check_cycles(self, stages: list[Stage]) -> None:
        """COPY and mounts may point at later stages; a circle of them is refused whatever the target.

        BuildKit looks before it knows what ONBUILD triggers add.
        """
        edges_of = [_own_edges(stage) for stage in stages]
        state = [0] * len(stages)  # 0 unseen, 1 on the path, 2 done
        for root in stages:
            path: list[tuple[int, Iterator[Edge]]] = []
            if not state[root.index]:
                state[root.index] = 1
                path.append((root.index, iter(edges_of[root.index])))
            while path:
                index, edges = path[-1]
                edge = next(edges, None)
                if edge is None:
                    state[index] = 2
                    path.pop()
                    continue
                needed = edge.origin.stage
                if needed is None or state[needed] == 2:
                    continue
                if state[needed] == 1:
                    label = stages[needed].label
                    self._problem(f"circular dependency detected on stage: {label}", edge.instruction.code)
                    return
                state[needed] = 1
                path.append((needed, iter(edges_of[needed])))


def _own_edges(stage: Stage) -> list[Edge]:
    """The edges of a stage's own COPY and RUN instructions."""
    triggers = {id(trigger) for trigger in stage.triggers}
    return [edge for edge in stage.edges[1:] if id(edge.instruction) not in triggers]


def _split(tree: Dockerfile) -> tuple[list[Instruction], list[list[Instruction]]]:
    """The ARGs before the first FROM, and one list for each stage that starts with its FROM."""
    globals_: list[Instruction] = []
    blocks: list[list[Instruction]] = []
    for instruction in tree.instructions:
        if instruction.name == "FROM" and instruction.words:
            blocks.append([instruction])
        elif blocks:
            blocks[-1].append(instruction)
        elif instruction.name == "ARG":
            globals_.append(instruction)
    return globals_, blocks


def _name_of(from_: Instruction) -> str | None:
    return stage_name(from_.words[2].text) if len(from_.words) == 3 else None


def _context_name(name: str) -> str:
    try:
        return parse_image(name).context_name
    except ImageRefError:
        return name

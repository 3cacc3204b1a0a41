"""What each instruction means where it stands: variables replaced, user, directory and shell in force.

Enter a tree and the inputs of a build; leave a `Meaning`: for each stage its steps, each with the files it
takes and the mounts it has, and the configuration the stage ends with.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from bakehouse.dockerfile.environment import Environment
from bakehouse.dockerfile.expansion import DEFAULT_PATH, Scope
from bakehouse.dockerfile.sources import Source, SourceKind
from bakehouse.dockerfile.stage_reader import read_stages
from bakehouse.dockerfile.stages import BuildInputs, OriginKind, Stage, StageGraph
from bakehouse.dockerfile.state import StageMeaning, State
from bakehouse.dockerfile.steps import StageWalk
from bakehouse.dockerfile.syntax import Dockerfile, Problem


@dataclass(frozen=True, slots=True)
class Meaning:
    """The whole file under given inputs. `target` is the stage that is built, None where there is none.

    `problems` are what would stop that build; those of stages it does not need are in their own meanings.
    """

    graph: StageGraph
    stages: tuple[StageMeaning, ...]
    target: StageMeaning | None
    problems: tuple[Problem, ...]

    @property
    def reached(self) -> tuple[StageMeaning, ...]:
        """The stages that a build of the target needs, in file order."""
        if self.target is None:
            return ()
        return tuple(self.stages[stage.index] for stage in self.graph.reach(self.target.stage))

    @property
    def context_sources(self) -> tuple[Source, ...]:
        """What a build of the target takes from the build context."""
        return tuple(s for m in self.reached for s in m.sources if s.kind is SourceKind.CONTEXT)

    @property
    def secret_ids(self) -> tuple[str, ...]:
        """The ids of the secrets a build of the target may ask for, each once."""
        return self._ids("secret")

    @property
    def ssh_ids(self) -> tuple[str, ...]:
        """The ids of the ssh agents a build of the target may ask for, each once."""
        return self._ids("ssh")

    def _ids(self, kind: str) -> tuple[str, ...]:
        mounts = (mount for m in self.reached for mount in m.mounts if mount.type == kind)
        found = (mount.secret_id if kind == "secret" else mount.id or "default" for mount in mounts)
        return tuple(dict.fromkeys(found))


def interpret(tree: Dockerfile, inputs: BuildInputs | None = None) -> Meaning:
    """The meaning of a tree. Never raises for what the file says; see the problems."""
    inputs = inputs or BuildInputs()
    graph = read_stages(tree, inputs)
    found: list[StageMeaning] = []
    for stage in graph.stages:
        found.append(StageWalk(graph, stage, inputs, _initial(stage, inputs, found)).run())
    target = graph.target(inputs.target)
    problems = list(graph.problems)
    if target is None and graph.stages:
        names = ", ".join(stage.name for stage in graph.stages if stage.name) or "none has a name"
        at = graph.stages[0].from_.code
        message = f'target stage "{inputs.target}" could not be found'
        problems.append(Problem(message, at, *tree.position(at.start), f"one of the stages: {names}"))
    elif target is not None:
        for stage in graph.reach(target):
            problems += found[stage.index].problems
    return Meaning(graph, tuple(found), found[target.index] if target else None, tuple(problems))


def _initial(stage: Stage, inputs: BuildInputs, earlier: list[StageMeaning]) -> State:
    """The state that a stage starts with: its base stage's last one, or what is known of its image."""
    origin = stage.origin
    if origin.stage is not None:
        return _inherited(earlier[origin.stage].end)
    if origin.kind is OriginKind.SCRATCH:
        env = Environment({"PATH": DEFAULT_PATH})
        return State(Scope(env), env, user="", workdir="/", entrypoint=(), command=())
    known = inputs.bases.get(origin.image.full) if origin.image else None
    if known is None:
        return State(Scope(closed=False), Environment())
    env = Environment() if known.env is None else Environment({"PATH": DEFAULT_PATH, **known.env})
    return State(
        Scope(env, closed=known.env is not None),
        env,
        user=known.user,
        workdir=known.workdir,
        shell=known.shell,
        entrypoint=known.entrypoint,
        command=known.command,
    )


def _inherited(end: State) -> State:
    """A stage on top of another: ARGs carry over, but where an ENV has the same name its value is back."""
    values = end.scope.values
    changes = [(name, end.env[name], end.env.is_doubtful(name)) for name in end.args if name in end.env]
    if not changes:
        return end
    return replace(end, scope=Scope(values.with_values(changes), end.scope.closed))

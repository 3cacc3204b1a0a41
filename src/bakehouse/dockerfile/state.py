"""What a stage's instructions add up to: the configuration at each point, and the steps between.

`steps.StageWalk` makes them; enter and leave nothing but data.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from bakehouse.dockerfile.environment import Environment
from bakehouse.dockerfile.expansion import Scope
from bakehouse.dockerfile.mounts import Mount
from bakehouse.dockerfile.sources import Source
from bakehouse.dockerfile.stages import Stage
from bakehouse.dockerfile.syntax import Instruction, Problem

DEFAULT_SHELL = ("/bin/sh", "-c")


@dataclass(frozen=True, slots=True)
class State:
    """The configuration at one point of a stage. None: what the base image says, and we do not know it.

    `scope` holds ARG and ENV together, `env` only what the image will have. `entrypoint` and `command` have
    the shell put before them in shell form. `args`, `exposed` and `volumes` have their entries as keys.
    """

    scope: Scope
    env: Environment
    args: Environment = field(default_factory=Environment)
    user: str | None = None
    workdir: str | None = None
    shell: tuple[str, ...] | None = None
    entrypoint: tuple[str, ...] | None = None
    command: tuple[str, ...] | None = None
    exposed: Environment = field(default_factory=Environment)
    volumes: Environment = field(default_factory=Environment)
    labels: Environment = field(default_factory=Environment)
    stop_signal: str | None = None
    has_healthcheck: bool = False

    @property
    def effective_shell(self) -> tuple[str, ...]:
        """The shell of shell forms: /bin/sh -c where nothing else is known."""
        return self.shell or DEFAULT_SHELL


@dataclass(frozen=True, slots=True)
class Step:
    """One instruction of a stage: `before` is the state it meets, `values` its expanded arguments.

    `values` are the sources and the destination of COPY and ADD, the one value of USER and WORKDIR, the
    ports of EXPOSE, the paths of VOLUME; for other instructions the words as written. `certain` is False
    where one of them hangs on a variable that only the base image knows.
    """

    instruction: Instruction
    before: State
    values: tuple[str, ...] = ()
    sources: tuple[Source, ...] = ()
    mounts: tuple[Mount, ...] = ()
    network: str = "default"
    security: str = "sandbox"
    certain: bool = True
    from_trigger: bool = False


@dataclass(frozen=True, slots=True)
class StageMeaning:
    """A stage, its steps in order, and the state it ends with. `problems` stop a build that needs it."""

    stage: Stage
    steps: tuple[Step, ...]
    end: State
    problems: tuple[Problem, ...]

    @property
    def sources(self) -> tuple[Source, ...]:
        """Everything the stage takes files from, in order."""
        return tuple(source for step in self.steps for source in step.sources)

    @property
    def mounts(self) -> tuple[Mount, ...]:
        """All mounts of the stage's RUN instructions."""
        return tuple(mount for step in self.steps for mount in step.mounts)

"""Builder configuration put into effect where that can be done from here.

In: a BuilderConfig. Out: Applied, with what is done and what is left to a person. The docker driver's policy belongs
to the daemon's own file, which is compared, never written; the docker-container driver's builder is made anew with
its cache kept.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from bakehouse.build import builders
from bakehouse.build.builder_list import list_builders
from bakehouse.errors import EngineError, ToolError, UsageError
from bakehouse.model.builder import Builder
from bakehouse.tools import buildx, docker
from bakehouse.tools.run import run

PULL_SECONDS = 300.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Applied:
    """What became of it. `done`: the builder runs with the configuration now; `message` says what was found or done.

    `steps` are left to a person, `text` goes into `file` in one of them.
    """

    driver: str
    name: str
    done: bool
    message: str
    file: str = ""
    text: str = ""
    steps: tuple[str, ...] = ()


def apply(config: builders.BuilderConfig, *, image: str, directory: Path) -> Applied:
    """Apply `config`. The docker-container driver's file is kept in `directory`, `image` is BuildKit's.

    Raises EngineError where BuildKit's image cannot be had, UsageError for a driver that nobody can set up from here.
    """
    if config.driver == "docker":
        return _compare(config)
    if config.driver != "docker-container":
        raise UsageError(
            f"a {config.driver} builder cannot be set up from here",
            hint=f"`bakehouse builder config --driver {config.driver}` prints the file and the commands",
        )
    return _create(config, image, directory)


def _compare(config: builders.BuilderConfig) -> Applied:
    own = next((b for b in list_builders() if b.driver == "docker" and b.nodes and not b.nodes[0].error), None)
    if own is None:
        raise EngineError("no engine answers, so its policy cannot be compared", hint="start it: bakehouse doctor")
    if builders.applied(own.nodes[0].gc, config.retention):
        message = f"already applied: the running engine keeps {config.retention.words}"
        return Applied(driver=config.driver, name=own.name, done=True, message=message)
    return Applied(
        driver=config.driver,
        name=own.name,
        done=False,
        message=f"the running engine has a policy of its own, not {config.retention.words}",
        file=config.file,
        text=config.text,
        steps=config.steps,
    )


def _create(config: builders.BuilderConfig, image: str, directory: Path) -> Applied:
    old = _existing(config)
    _have_image(image)
    directory.mkdir(parents=True, exist_ok=True)
    file = directory / config.file
    file.write_text(config.text, encoding="utf-8")
    if old:
        run(buildx.remove_builder(config.name, keep_state=True))
    command = tuple(str(file) if word == builders.TOML_NAME else word for word in config.commands[0])
    run(command)
    try:
        run(buildx.inspect_builder(config.name, bootstrap=True), timeout=PULL_SECONDS)
    except ToolError as error:
        raise EngineError(
            f"the builder {config.name} was created, but does not start: {error.message}",
            hint=f"`docker buildx rm {config.name}` removes it; `bakehouse doctor` says what the engine lacks",
        ) from error
    verb = "updated, its cache kept" if old else "created"
    message = f'{config.name} is {verb}; set [builder] name = "{config.name}", or use --builder {config.name}'
    return Applied(driver=config.driver, name=config.name, done=True, message=message)


def _existing(config: builders.BuilderConfig) -> Builder | None:
    old = next((b for b in list_builders() if b.name == config.name), None)
    if old and old.driver != config.driver:
        raise UsageError(
            f"there is a builder {config.name} of the {old.driver} driver",
            hint="give another name with --name",
        )
    return old


def _have_image(image: str) -> None:
    """Have BuildKit's image in the local store, so that buildx does not wait for a registry that is not there."""
    if run(docker.image_inspect((image,)), check=False, timeout=20).returncode == 0:
        return
    try:
        run(docker.pull(image), timeout=PULL_SECONDS)
    except ToolError as error:
        raise EngineError(
            f"the docker-container driver needs the image {image}, which is not here and cannot be pulled: "
            f"{(error.stderr.strip().splitlines() or [error.message])[-1]}",
            hint="name one that can with --image, or stay with the docker driver: `bakehouse builder apply`",
        ) from error

"""The image ships the tools that built it.

## What

A stage that is shipped builds something, and its compilers stay in it: the base image is a toolchain (golang, rust,
maven, .NET's SDK ...), or a RUN installs compilers and none of its commands removes them.

## Why

Compilers, headers and sources are most of such an image, and more for an attacker to use. A second stage that copies
the result is a tenth of the size.

## Bad

```dockerfile
FROM golang:1.22
COPY . .
RUN go build -o /app .
CMD ["/app"]
```

## Good

```dockerfile
FROM golang:1.22 AS build
COPY . .
RUN go build -o /app .
FROM gcr.io/distroless/static
COPY --from=build /app /app
CMD ["/app"]
```

Images for development, tests and builds (a stage, a file or a directory is named so) are not looked at, and neither
is the installation of tools (`go install`).

## Fix

None: which files the image needs is not known.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from bakehouse.dockerfile.state import StageMeaning
from bakehouse.lint.bases import root_image
from bakehouse.lint.rule import Group, Hit, Severity, rule
from bakehouse.lint.subject import Run, Subject

RULE = rule(__doc__, name="single-stage-toolchain", group=Group.SIZE, severity=Severity.INFO)
_IMAGES = {
    "golang": "go", "rust": "cargo", "maven": "mvn", "gradle": "gradle", "sdk": "dotnet", "swift": "swift",
    "haskell": "cabal",
}  # fmt: skip
_COMPILERS = frozenset({
    "build-essential", "gcc", "g++", "gcc-c++", "build-base", "clang", "cmake", "rustc", "cargo", "golang", "golang-go",
    "go", "maven", "default-jdk", "make", "alpine-sdk",
})  # fmt: skip
_BUILDING = frozenset({"make", "cmake", "gcc", "g++", "cc", "clang", "ninja", "meson"})
_VERBS = {"go": ("build",), "cargo": ("build",), "mvn": ("package", "install", "verify"),
          "gradle": ("build", "assemble", "bootJar"), "dotnet": ("publish", "build")}  # fmt: skip

_TOOLS = re.compile(
    r"(?:^|[^a-z])(?:dev|devel|development|devcontainer|ci|tests?|testing|e2e|integration|build(?:er)?|toolchain|fuzz"
    r"|bench|sandbox)(?:[^a-z]|$)",
    re.IGNORECASE,
)


def check(subject: Subject) -> Iterator[Hit]:
    """Every shipped product that has its compilers."""
    if _TOOLS.search(subject.path):
        return
    for product in subject.products:
        if product.stage.name is not None and _TOOLS.search(product.stage.name):
            continue
        runs = [run for run in subject.runs if run.stage is product]
        yield from _base(subject, product, runs)
        yield from _installed(runs)


def _base(subject: Subject, product: StageMeaning, runs: list[Run]) -> Iterator[Hit]:
    image = root_image(product, subject)
    tool = _IMAGES.get(image.path.rpartition("/")[2]) if image else None
    if tool is None or (image and "runtime" in (image.tag or "")):
        return
    called = [call for run in runs for call in run.calls if call.verb in _VERBS.get(call.manager, ())]
    if called:
        yield Hit(
            f"the image ships the toolchain that {called[0].program} {called[0].verb} needed",
            product.stage.from_.words[0].span,
            hint="build in a stage of its own and COPY the result",
        )


def _installed(runs: list[Run]) -> Iterator[Hit]:
    for at, run in enumerate(runs):
        for call in run.calls:
            if not call.installs or call.manager not in ("apt-get", "apk", "yum", "zypper"):
                continue
            package = next((p for p in call.packages if p.name in _COMPILERS), None)
            if package is None or _removed(run) or any(name in ("-t", "--virtual") for name, _ in call.options):
                continue
            if any(_builds(later) for later in runs[at:]):
                yield Hit(
                    f"{package.name} stays in the image after the build",
                    package.word.span,
                    hint="build in a stage of its own and COPY the result",
                )
                return


def _builds(run: Run) -> bool:
    """Whether a RUN compiles something."""
    if any(call.verb in _VERBS.get(call.manager, ()) for call in run.calls):
        return True
    commands = [command for command in run.script.commands if command.name in _BUILDING]
    return any(all(word.static != "--version" for word in command.words) for command in commands)


def _removed(run: Run) -> bool:
    return any(call.verb in ("purge", "remove", "autoremove", "del", "erase") for call in run.calls)

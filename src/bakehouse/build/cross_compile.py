"""Where emulation costs most and need not be: stages that can run on the builder's own platform.

In: readings of Dockerfiles and what stages took. Out: advice with the line and what to write there. A stage qualifies
if its layers do not end in the image and its commands are those of a compiler that makes code for other platforms,
or of a tool whose output fits them all.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from bakehouse.build.cache.policy import in_image
from bakehouse.build.reading import Reading
from bakehouse.dockerfile.state import StageMeaning
from bakehouse.model.platforms import CrossCompile, StageCost


@dataclass(frozen=True, slots=True)
class Tool:
    """How a compiler is told the platform. `lines` follow the FROM, which is written with the stage's own base."""

    pattern: re.Pattern[str]
    reason: str
    lines: tuple[str, ...] = ()


TOOLS: tuple[Tool, ...] = (
    Tool(
        re.compile(r"\bgo (?:build|install)\b"),
        "Go compiles for other platforms",
        ("ARG TARGETOS TARGETARCH", "ENV GOOS=$TARGETOS GOARCH=$TARGETARCH CGO_ENABLED=0"),
    ),
    Tool(
        re.compile(r"\bcargo (?:build|install)\b"),
        "Rust compiles for other platforms, given the target and its linker",
        (
            "ARG TARGETARCH",
            'RUN case "$TARGETARCH" in arm64) T=aarch64 ;; *) T=x86_64 ;; esac'
            ' && rustup target add "$T-unknown-linux-musl"',
            "# and: cargo build --target that",
        ),
    ),
    Tool(
        re.compile(r"\bdotnet (?:publish|build)\b"),
        "dotnet publishes for other platforms",
        ("ARG TARGETARCH", "# and: dotnet publish -a $TARGETARCH"),
    ),
    Tool(re.compile(r"\b(?:mvn|mvnw|gradle|gradlew)\b"), "class files fit every platform"),
    Tool(
        re.compile(r"\b(?:npm|pnpm|yarn|bun) (?:run )?build\b|\b(?:vite|webpack|tsc|esbuild)\b"),
        "bundled JavaScript fits every platform (not so where node_modules with native code goes into the image)",
    ),
)


def advise(readings: Iterable[Reading], costs: Iterable[StageCost]) -> tuple[CrossCompile, ...]:
    """Advice for stages with a measured cost of emulation, the dearest first."""
    by_target: dict[str, dict[str, float]] = {}
    for cost in costs:
        stages = by_target.setdefault(cost.target, {})
        spared = cost.emulated - (cost.native or 0.0)
        stages[cost.stage] = max(stages.get(cost.stage, 0.0), spared)
    found = [a for r in readings for a in _of(r, by_target.get(r.service.name, {}))]
    return tuple(sorted(found, key=lambda a: -a.saves))


def _of(reading: Reading, spared: Mapping[str, float]) -> Iterable[CrossCompile]:
    image = in_image(reading)
    for stage in reading.meaning.reached:
        label = stage.stage.label
        saves = spared.get(label, 0.0)
        tool = _tool(stage)
        if saves <= 0 or label in image or tool is None or stage.stage.from_.flag("platform"):
            continue
        name = f" AS {stage.stage.name}" if stage.stage.name else ""
        yield CrossCompile(
            target=reading.service.name,
            stage=label,
            file=reading.service.dockerfile or "",
            line=stage.stage.from_.start_line,
            saves=round(saves, 3),
            reason=tool.reason,
            template=(f"FROM --platform=$BUILDPLATFORM {stage.stage.from_.arguments[0]}{name}", *tool.lines),
        )


def _tool(stage: StageMeaning) -> Tool | None:
    text = "\n".join(step.instruction.original for step in stage.steps if step.instruction.name == "RUN")
    return next((tool for tool in TOOLS if tool.pattern.search(text)), None)

"""The names BuildKit and buildx give to vertices, taken apart.

In: `[api linux/arm64 builder 2/5] RUN make`. Out: a StepName. buildx puts the bake target in front only where a
call builds several targets, so the caller says whether names are prefixed; guessing would read the stage
`build` of `[build 2/2]` as a target.
"""

from __future__ import annotations

import re

from bakehouse.model.progress import StepKind, StepName

_BRACKET = re.compile(r"\[([^\[\]]*)\] ?(.*)", re.DOTALL)
_FRACTION = re.compile(r"(\d{1,6})/(\d{1,6})")
_PLATFORM = re.compile(r"[a-z0-9]+/[a-z0-9_]+(?:/v\d+)?(?:->[a-z0-9_/]+)?")

_INSTRUCTIONS = {
    "RUN": StepKind.RUN,
    "COPY": StepKind.COPY,
    "ADD": StepKind.ADD,
    "WORKDIR": StepKind.WORKDIR,
    "FROM": StepKind.FROM,
}
# First words of the names that stand outside a stage, most telling first.
_PHRASES = (
    ("load build definition", StepKind.CONTEXT),
    ("load .dockerignore", StepKind.CONTEXT),
    ("load build context", StepKind.CONTEXT),
    ("load from client", StepKind.CONTEXT),
    ("load local bake definitions", StepKind.INTERNAL),
    ("load metadata", StepKind.INTERNAL),
    ("importing cache", StepKind.CACHE_IMPORT),
    ("inferred cache manifest", StepKind.CACHE_IMPORT),
    ("exporting cache", StepKind.CACHE_EXPORT),
    ("preparing build cache for export", StepKind.CACHE_EXPORT),
    ("writing cache", StepKind.CACHE_EXPORT),
    ("exporting", StepKind.EXPORT),
    ("pushing", StepKind.EXPORT),
    ("unpacking", StepKind.EXPORT),
    ("importing to docker", StepKind.EXPORT),
    ("resolve image config", StepKind.INTERNAL),
    ("resolving provenance", StepKind.INTERNAL),
    ("docker-image://", StepKind.FROM),
)


def parse_name(raw: str, *, prefixed: bool) -> StepName:
    """A vertex's name as a StepName; with `prefixed` its first word in brackets is the bake target.

    Never fails: a name of unknown form has kind OTHER and itself as the instruction.
    """
    match = _BRACKET.fullmatch(raw)
    if match is None:
        return StepName(raw=raw, kind=_kind(raw, None), instruction=raw)
    words, instruction = match[1].split(), match[2].strip()
    target = words.pop(0) if prefixed and words and not _is_callwide(words, instruction) else None
    platform = words.pop(0) if words and _PLATFORM.fullmatch(words[0]) and not _FRACTION.fullmatch(words[0]) else None
    fraction = _FRACTION.fullmatch(words[-1]) if words else None
    if fraction is None:
        word = words[0] if words else None
        return StepName(
            raw=raw, kind=_kind(instruction, word), target=target, platform=platform, instruction=instruction
        )
    return StepName(
        raw=raw,
        kind=_INSTRUCTIONS.get(instruction.split(" ", 1)[0].upper(), StepKind.OTHER),
        target=target,
        platform=platform,
        stage=" ".join(words[:-1]) or None,
        index=int(fraction[1]),
        total=int(fraction[2]),
        instruction=instruction,
    )


def names_a_target(raw: str) -> str | None:
    """The target in `[api internal] load ...`: the first name of a target's stream, so proof of prefixes."""
    match = re.match(r"\[(\S+) internal\] ", raw)
    return match[1] if match else None


def _is_callwide(words: list[str], instruction: str) -> bool:
    """Steps of the bake call itself carry no target even where all others do."""
    return words == ["internal"] and instruction.startswith("load ")


def _kind(instruction: str, bracket: str | None) -> StepKind:
    if bracket == "auth":
        return StepKind.INTERNAL
    for phrase, kind in _PHRASES:
        if instruction.startswith(phrase):
            return kind
    if bracket == "context":
        return StepKind.CONTEXT
    return StepKind.INTERNAL if bracket == "internal" else StepKind.OTHER

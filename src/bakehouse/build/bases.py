"""What becomes of each base image. In: references. Out: pullable, substituted, local or missing, with the reason.

A reference is pulled from its own registry where that has it. Where it cannot, a substitute that
`bakehouse bases bootstrap` pushed to the local registry stands for it (named context: no Dockerfile changes).
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Literal

from bakehouse.build import recipes
from bakehouse.build.bootstrap import BootstrapResult, bootstrap, substitute_name
from bakehouse.errors import BakehouseError, RegistryError
from bakehouse.tools import docker
from bakehouse.tools import registry as registries
from bakehouse.tools.run import run

__all__ = ["BaseResolution", "BootstrapResult", "bootstrap", "resolve"]

KEEP_FOUND_SECONDS = 3600
KEEP_ABSENT_SECONDS = 300
KEEP_SUBSTITUTE_SECONDS = 300
_CACHE_FORMAT = 1


@dataclass(frozen=True, slots=True)
class BaseResolution:
    """What becomes of one reference. `replacement` is a named context's value; `reason` is for people.

    `asked` is when its own registry said so (Unix seconds).
    """

    ref: str
    status: Literal["pullable", "substitute", "local", "missing"]
    digest: str | None
    replacement: str | None
    reason: str
    asked: float = field(default=0.0, compare=False)


@dataclass(frozen=True, slots=True)
class _Answer:
    """What a reference's own registry said, and when (seconds since the epoch)."""

    digest: str | None
    reason: str
    asked: float

    @property
    def fresh(self) -> bool:
        keep = KEEP_FOUND_SECONDS if self.digest else KEEP_ABSENT_SECONDS
        return 0 <= time.time() - self.asked < keep


def resolve(
    refs: Iterable[str],
    *,
    registry: str = "localhost:5000",
    mode: str = "auto",
    cache_dir: Path,
    offline: bool = False,
) -> dict[str, BaseResolution]:
    """Decide for each reference, in parallel.

    `mode`: "auto" prefers the official image, "always" a substitute even where the original can be pulled,
    "never" forbids substitutes. What registries said is kept in `cache_dir`/bases.json (one hour where an
    image was found, five minutes where not). `offline` asks no registry: the last digest that was found counts,
    however old. Never raises for an unreachable registry: that is the answer.
    """
    wanted = sorted(set(refs))
    cache = cache_dir / "bases.json"
    answers = _last_known(wanted, cache) if offline else _official(wanted, cache)
    substitutes: Mapping[str, _Answer] = {}
    if mode != "never":
        needy = [r for r in wanted if mode == "always" or not answers[r].digest]
        names = {r: substitute_name(r, registry) for r in needy}
        asked = [n for n in names.values() if n]
        found = _last_known(asked, cache) if offline else _substitutes(asked, cache)
        substitutes = {r: found[n] for r, n in names.items() if n}
    return {r: _decide(r, answers[r], substitutes.get(r), registry) for r in wanted}


def _decide(ref: str, official: _Answer, substitute: _Answer | None, registry: str) -> BaseResolution:
    if substitute and substitute.digest:
        name = substitute_name(ref, registry)
        replacement = f"docker-image://{name}@{substitute.digest}"
        return BaseResolution(ref, "substitute", substitute.digest, replacement, official.reason or "asked for")
    if official.digest:
        return BaseResolution(ref, "pullable", official.digest, None, "its registry has it", official.asked)
    image = _local_image(ref)
    if image:
        return BaseResolution(ref, "local", image, None, f"in the engine's image store; {official.reason}")
    return BaseResolution(ref, "missing", None, None, _advice(ref, official, substitute))


def _advice(ref: str, official: _Answer, substitute: _Answer | None) -> str:
    """Why a reference cannot be had, and what to do."""
    why = f"cannot be pulled ({official.reason})"
    try:
        impossible = recipes.why_not(registries.parse(ref))
    except RegistryError as error:
        return error.message
    if impossible:
        return f"{why}; {impossible}"
    if substitute and "cannot be reached" in substitute.reason:
        why += f"; {substitute.reason}"
    return f"{why}; make a substitute: bakehouse bases bootstrap {ref}"


def _official(refs: list[str], cache: Path) -> dict[str, _Answer]:
    """What the references' own registries say: from the cache where that is fresh."""
    known = {r: a for r, a in _load(cache).items() if a.fresh}
    asked = _ask_all([r for r in refs if r not in known])
    if asked:
        last = _load(cache, "last") | {r: a for r, a in asked.items() if a.digest}
        known |= asked
        _save(cache, known, last)
    return {r: known[r] for r in refs}


def _last_known(refs: list[str], cache: Path) -> dict[str, _Answer]:
    """The last digest that each reference was found to have, however old."""
    last = _load(cache, "last")
    return {r: last.get(r) or _Answer(None, "not known here, and offline no registry is asked", 0.0) for r in refs}


def _substitutes(names: list[str], cache: Path) -> dict[str, _Answer]:
    """What the registry of substitutes says; what it had is not asked again for five minutes.

    One that it lacks is asked for each time: `bases bootstrap` may just have made it.
    """
    stored = _load(cache)
    now = time.time()
    known = {n: a for n in names if (a := stored.get(n)) and a.digest and 0 <= now - a.asked < KEEP_SUBSTITUTE_SECONDS}
    asked = _ask_all([n for n in names if n not in known])
    good = {n: a for n, a in asked.items() if a.digest}
    if good:
        _save(cache, stored | good, _load(cache, "last") | good)
    return known | asked


def _ask_all(refs: list[str]) -> dict[str, _Answer]:
    """Ask registries in parallel; one that does not answer its first question is asked no second one."""
    hosts: dict[str, list[str]] = {}
    answers: dict[str, _Answer] = {}
    for ref in refs:
        try:
            hosts.setdefault(registries.parse(ref).registry, []).append(ref)
        except RegistryError as error:
            answers[ref] = _Answer(None, error.message, time.time())
    if not hosts:
        return answers
    with ThreadPoolExecutor(max_workers=8) as pool:
        first = dict(zip(hosts, pool.map(_ask, [group[0] for group in hosts.values()]), strict=True))
        rest: list[str] = []
        for host, group in hosts.items():
            answer, reachable = first[host]
            answers[group[0]] = answer
            if reachable:
                rest += group[1:]
            else:
                answers |= dict.fromkeys(group[1:], answer)
        answers |= {ref: answer for ref, (answer, _) in zip(rest, pool.map(_ask, rest), strict=True)}
    return answers


def _ask(ref: str) -> tuple[_Answer, bool]:
    """What the registry says, and whether it can be reached at all."""
    try:
        digest = registries.manifest_digest(ref)
    except registries.UnreachableError as error:
        return _Answer(None, error.message, time.time()), False
    except BakehouseError as error:
        return _Answer(None, error.message, time.time()), True
    return _Answer(digest, "" if digest else "its registry does not have it", time.time()), True


def _local_image(ref: str) -> str | None:
    """Id of a reference in the engine's image store; None without it, or without an engine."""
    try:
        done = run(docker.image_inspect((ref,)), timeout=15, check=False)
        return str(json.loads(done.stdout)[0]["Id"]) if done.returncode == 0 else None
    except (BakehouseError, ValueError, LookupError):
        return None


def _load(cache: Path, part: str = "answers") -> dict[str, _Answer]:
    """The cache: its answers, or the last good ones ("last"); an unreadable or older one counts as empty."""
    try:
        data = json.loads(cache.read_text())
        if data["format"] != _CACHE_FORMAT:
            return {}
        return {str(r): _Answer(a["digest"], str(a["reason"]), float(a["asked"])) for r, a in data[part].items()}
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return {}


def _save(cache: Path, answers: Mapping[str, _Answer], last: Mapping[str, _Answer]) -> None:
    """Write the cache in one step; a read-only directory only costs the next call its time."""
    parts = {"answers": answers, "last": last}
    text = json.dumps(
        {"format": _CACHE_FORMAT} | {n: {r: asdict(a) for r, a in sorted(p.items())} for n, p in parts.items()}
    )
    temporary = cache.with_suffix(f".{os.getpid()}")
    try:
        cache.parent.mkdir(parents=True, exist_ok=True)
        temporary.write_text(text)
        temporary.replace(cache)
    except OSError:
        return

"""Whose step made a record of a builder's cache? In: records, and the readings of Dockerfiles. Out: records that say.

BuildKit keeps no name of a build with its records, only the step's text. A RUN is found by its command, a COPY or
ADD by stage, position and text. The same step in several services is one record: it is then used by them all.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from bakehouse.build.reading import Reading
from bakehouse.model.cache import CacheRecord

_EXEC = re.compile(r"(?:mount \S+|cached mount \S+) from exec (?P<command>.*?)(?: with id \".*\")?", re.DOTALL)
_SHELL = re.compile(r"^(?:\S+ )+?-\S*c ", re.DOTALL)
_STEP = re.compile(r"\[(?:\S+ )?(?:(?P<stage>\S+) )?\d+/\d+\] (?P<text>.*)", re.DOTALL)
_FLAGS = re.compile(r"(?:--[a-z-]+(?:=\S+)?\s+)*")


def attribute(records: Iterable[CacheRecord], readings: Iterable[Reading]) -> tuple[CacheRecord, ...]:
    """The records with `used_by` filled in, as `service:stage`."""
    owners = _owners(readings)
    return tuple(replace(r, used_by=tuple(owners.get(_key(r.description), ()))) for r in records)


def _owners(readings: Iterable[Reading]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for reading in readings:
        for stage in reading.meaning.stages:
            place = f"{reading.service.name}:{stage.stage.label}"
            for step in stage.steps:
                key = _written(step.instruction.name, step.instruction.original)
                owners = found.setdefault(key, [])
                if place not in owners:
                    owners.append(place)
    return found


def _written(name: str, original: str) -> str:
    """The key of an instruction as the Dockerfile has it."""
    text = original.partition(" ")[2]
    return f"{name} {_plain(_FLAGS.sub('', text, count=1) if name == 'RUN' else text)}"


def _key(description: str) -> str:
    """The key of a record's description."""
    if found := _EXEC.fullmatch(description):
        return f"RUN {_plain(_SHELL.sub('', found['command'], count=1))}"
    if found := _STEP.fullmatch(description):
        name, _, text = found["text"].partition(" ")
        return f"{name} {_plain(text)}"
    return ""


def _plain(text: str) -> str:
    return " ".join(text.split())

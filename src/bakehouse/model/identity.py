"""What can change an image, as one digest: identities, what they are made of, and how two of them differ.

`build.identity` makes them; reuse compares digests, `why` and `affected` compare ingredients.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from itertools import zip_longest

FORMAT = "1"
"""Part of every digest. Raise it when the same inputs come to mean another digest."""


class IngredientKind(StrEnum):
    """What an ingredient is."""

    INSTRUCTION = "instruction"
    ARG = "arg"
    BASE = "base"
    FILE = "file"
    CONTEXT = "context"  # a named context that is no directory and no other target
    TARGET = "target"  # another target of the plan that this one is built from
    PLATFORM = "platform"
    SECRET = "secret"
    SETTING = "setting"  # frontend, network of the build, entitlements, the stage that is built


@dataclass(frozen=True, slots=True, order=True)
class Ingredient:
    """One thing that can change the image: `name` says which, `value` what it is now.

    FILE: `name` is the path in the workspace, `value` its type, mode and content digest. INSTRUCTION: `name`
    is the stage and the place in it, `value` the normalised text. `place` (file:line) is for people and no
    part of the digest.
    """

    kind: IngredientKind
    name: str
    value: str
    place: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Everything that can change the image of one target.

    `digest` is `sha256:` and 64 hex digits over the ingredients. Where something that can change the image
    cannot be known before a build, `unknowable` says what: such an identity must never be reused. `pins` are
    the digests that external images were resolved to, by the reference the Dockerfile uses. `notes` are for
    people: what was only assumed in a wider sense than needed, or taken from an old answer.
    """

    target: str
    digest: str
    ingredients: tuple[Ingredient, ...]
    unknowable: tuple[str, ...] = ()
    pins: tuple[tuple[str, str], ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def knowable(self) -> bool:
        """Whether the digest names the image: only then may it be reused."""
        return not self.unknowable

    @property
    def tag(self) -> str:
        """The digest as a part of an image tag: 40 hex digits (160 bits)."""
        return self.digest.removeprefix("sha256:")[:40]


class ChangeKind(StrEnum):
    """How an ingredient differs between two identities."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One ingredient that differs. `before` and `after` are values, empty where there is none."""

    how: ChangeKind
    kind: IngredientKind
    name: str
    before: str = ""
    after: str = ""
    place: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Affected:
    """A target whose identity changed, and the ingredients that made it so."""

    service: str
    target: str
    changes: tuple[Change, ...]


def compare(before: Iterable[Ingredient], after: Iterable[Ingredient]) -> tuple[Change, ...]:
    """The ingredients that differ, in a stable order: instructions as a text difference, all else by name."""
    old, new = tuple(before), tuple(after)
    if old == new:
        return ()
    lines = tuple([i for i in side if i.kind is IngredientKind.INSTRUCTION] for side in (old, new))
    rest = [{(i.kind, i.name): i for i in side if i.kind is not IngredientKind.INSTRUCTION} for side in (old, new)]
    changes = list(_instructions(*lines))
    for key in sorted(rest[0].keys() | rest[1].keys()):
        was, now = rest[0].get(key), rest[1].get(key)
        if was is None or now is None or was.value != now.value:
            changes.append(_change(was, now))
    return tuple(changes)


def _change(was: Ingredient | None, now: Ingredient | None) -> Change:
    shown = now or was
    assert shown is not None, "one side of a change is there"
    how = ChangeKind.ADDED if was is None else ChangeKind.REMOVED if now is None else ChangeKind.CHANGED
    return Change(
        how=how,
        kind=shown.kind,
        name=shown.name,
        before=was.value if was else "",
        after=now.value if now else "",
        place=shown.place,
    )


def _instructions(old: list[Ingredient], new: list[Ingredient]) -> Iterator[Change]:
    """An instruction put in shifts those below it, so their texts are compared in order, not by place."""
    matcher = SequenceMatcher(None, [i.value for i in old], [i.value for i in new], autojunk=False)
    for tag, i1, i2, j1, j2 in matcher.get_opcodes():
        if tag != "equal":
            yield from (_change(was, now) for was, now in zip_longest(old[i1:i2], new[j1:j2]))

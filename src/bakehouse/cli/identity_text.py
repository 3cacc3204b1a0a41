"""Ingredients and their changes as words: what identity, affected and why share."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from bakehouse.cli.plain_text import one_line
from bakehouse.model.identity import Change, ChangeKind, Identity, Ingredient, IngredientKind

_WIDTH = 72


def plain(text: str) -> str:
    """A name as JSON and terminals can have it: bytes that are no UTF-8 as \\xNN."""
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def change_row(change: Change) -> dict[str, Any]:
    """A change for JSON."""
    return {
        "kind": change.kind.value,
        "name": plain(change.name),
        "how": change.how.value,
        "before": plain(change.before) or None,
        "after": plain(change.after) or None,
        "place": plain(change.place) or None,
    }


def ingredient_row(ingredient: Ingredient) -> dict[str, Any]:
    """An ingredient for JSON."""
    return {
        "kind": ingredient.kind.value,
        "name": plain(ingredient.name),
        "value": plain(ingredient.value),
        "place": plain(ingredient.place) or None,
    }


def identity_row(identity: Identity, *, explain: bool) -> dict[str, Any]:
    """An identity for JSON; its ingredients only where they are asked for."""
    row = {
        "target": identity.target,
        "digest": identity.digest,
        "knowable": identity.knowable,
        "unknowable": [plain(reason) for reason in identity.unknowable],
        "notes": [plain(note) for note in identity.notes],
        "pins": dict(identity.pins),
        "files": sum(1 for i in identity.ingredients if i.kind is IngredientKind.FILE),
    }
    return row | ({"ingredients": [ingredient_row(i) for i in identity.ingredients]} if explain else {})


def change_lines(changes: Sequence[Change], most: int) -> list[str]:
    """Changes as lines, at most `most` of a kind."""
    lines: list[str] = []
    for kind in IngredientKind:
        own = [c for c in changes if c.kind is kind]
        for change in own[:most]:
            lines += _change(change)
        if len(own) > most:
            lines.append(f"{kind.value:<12}and {len(own) - most} more (-v lists all)")
    return lines


def short_reason(changes: Sequence[Change]) -> str:
    """The first change in a few words, and how many more there are."""
    first = changes[0]
    more = f" (+{len(changes) - 1})" if len(changes) > 1 else ""
    what = first.place if first.kind is IngredientKind.INSTRUCTION and first.place else first.name
    verb = {ChangeKind.ADDED: "is new", ChangeKind.REMOVED: "is gone"}.get(first.how, "changed")
    return one_line(f"{first.kind.value} {plain(what)} {verb}", 100) + more


def explain_lines(ingredients: Iterable[Ingredient]) -> list[str]:
    """Every ingredient as a line: kind, place or name, value."""
    lines = []
    for item in ingredients:
        name = item.place if item.kind is IngredientKind.INSTRUCTION else item.name
        lines.append(f"  {item.kind.value:<12}{one_line(plain(name), 200)}  {one_line(plain(item.value), 160)}")
    return lines


def _change(change: Change) -> list[str]:
    name = one_line(plain(change.name), 200)
    place = f"  ({plain(change.place)})" if change.place else ""
    if change.kind is IngredientKind.INSTRUCTION:
        lines = [f"{'instruction':<12}{plain(change.place)}"]
        lines += [f"{'':12}- {one_line(plain(change.before), _WIDTH)}"] if change.before else []
        return lines + ([f"{'':12}+ {one_line(plain(change.after), _WIDTH)}"] if change.after else [])
    if change.kind is IngredientKind.FILE:
        verb = {ChangeKind.ADDED: "is new", ChangeKind.REMOVED: "is gone"}.get(change.how, _what_of_file(change))
        return [f"{'file':<12}{name} {verb}{place}"]
    if change.how is ChangeKind.CHANGED and (change.before or change.after):
        values = f"{one_line(plain(change.before), 40) or '-'} -> {one_line(plain(change.after), 40) or '-'}"
        return [f"{change.kind.value:<12}{name}: {values}"]
    value = one_line(plain(change.after or change.before), 60)
    return [f"{change.kind.value:<12}{name} {change.how.value}{f': {value}' if value else ''}"]


def _what_of_file(change: Change) -> str:
    """Content, mode or type: what of a file changed."""
    before, after = change.before.split(" ", 1), change.after.split(" ", 1)
    if len(before) == len(after) == 2 and before[0].isdigit() and after[0].isdigit():
        if before[1] == after[1]:
            return f"has mode {after[0]} in place of {before[0]}"
        return "changed" if before[0] == after[0] else f"changed, mode {after[0]}"
    return "changed"

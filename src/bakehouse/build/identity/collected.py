"""What an identity is made of while it is put together, and the digest over it.

Enter ingredients, doubts and files; leave an `Identity`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field

from bakehouse.model.file_source import Entry, EntryKind, FileSource
from bakehouse.model.identity import FORMAT, Identity, Ingredient, IngredientKind
from bakehouse.workspace.lfs import Pointers


@dataclass(slots=True)
class Collected:
    """Ingredients of one identity on their way; dictionaries keep order and drop repeats."""

    ingredients: dict[tuple[IngredientKind, str], Ingredient] = field(default_factory=dict)
    files: dict[str, tuple[str, str]] = field(default_factory=dict)  # name -> value, place
    unknowable: dict[str, None] = field(default_factory=dict)
    notes: dict[str, None] = field(default_factory=dict)
    pins: dict[str, str] = field(default_factory=dict)

    def add(self, kind: IngredientKind, name: str, value: str, place: str = "") -> None:
        """Take one ingredient; a second of the same name replaces it."""
        self.ingredients[kind, name] = Ingredient(kind, name, value, place)

    def identity(self, target: str) -> Identity:
        """All of it as the identity of a target."""
        files = (Ingredient(IngredientKind.FILE, name, *found) for name, found in sorted(self.files.items()))
        ingredients = (*self.ingredients.values(), *files)
        return Identity(
            target=target,
            digest=digest_of(ingredients),
            ingredients=ingredients,
            unknowable=tuple(self.unknowable),
            pins=tuple(self.pins.items()),
            notes=tuple(self.notes),
        )


def digest_of(ingredients: Iterable[Ingredient]) -> str:
    """The digest over ingredients in any order; each field with its length, so that none can pose as another."""
    whole = hashlib.sha256(f"bakehouse identity {FORMAT}\n".encode())
    for item in sorted(ingredients, key=lambda i: (i.kind, i.name)):
        for text in (item.kind.value, item.name, item.value):
            data = text.encode("utf-8", "surrogateescape")
            whole.update(b"%d:" % len(data))
            whole.update(data)
    return "sha256:" + whole.hexdigest()


def file_value(
    files: FileSource, path: str, entry: Entry, collected: Collected, pointers: Pointers | None = None
) -> str:
    """What is at a path, as an ingredient's value; what cannot be read is not knowable."""
    try:
        match entry.kind:
            case EntryKind.FILE:
                if pointers is not None and pointers.is_pointer(path, entry):
                    collected.notes[f"{shown(path)} is a pointer of Git LFS, not the file: git lfs pull"] = None
                return f"{entry.mode:04o} {files.digest(path)}"
            case EntryKind.LINK:
                return f"link to {files.link(path)}"
            case EntryKind.DIRECTORY:
                return "directory"
            case EntryKind.SUBMODULE:
                collected.unknowable[f"{shown(path)} is a submodule: its files are not in this repository"] = None
                return f"submodule {entry.token}"
            case _:
                reason = entry.token or "is a socket, a pipe or a device"
                collected.unknowable[f"{shown(path)} {reason}"] = None
                return "special"
    except OSError as error:
        collected.unknowable[f"{shown(path)} cannot be read: {error.strerror or error}"] = None
        return "unreadable"


def shown(path: str) -> str:
    """A path for people: what is no plain text in it as escapes."""
    text = path.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)

"""Recipes for substitutes of official images. In: a reference. Out: the recipe that can truthfully stand for it.

The table is recipes.toml; each recipe is a folder beside it with a Dockerfile and what that copies.
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from bakehouse.tools.registry import Reference

HERE = Path(__file__).parent
PARENT = "debian"
PARENT_REF = "debian:trixie-slim"


@dataclass(frozen=True, slots=True)
class Recipe:
    """One row of recipes.toml."""

    recipe: str
    repository: str
    tags: str
    offers: str
    default: tuple[str, ...]

    @property
    def folder(self) -> Path:
        """Where its Dockerfile lies."""
        return HERE / self.recipe

    def stage(self, tag: str) -> str | None:
        """The stage that stands for a tag (slim or full); None where no Debian package is that version."""
        found = re.fullmatch(self.tags, tag)
        if found is None:
            return None
        return "slim" if any(v for k, v in found.groupdict().items() if k.startswith("slim")) else "full"

    def digest(self, stage: str) -> str:
        """Hash of all that makes the substitute: its files, its stage and, but for Debian itself, Debian's hash."""
        total = hashlib.sha256(f"1 {stage}".encode())
        for file in sorted(p for p in self.folder.iterdir() if p.is_file()):
            total.update(f"\n{file.name} {hashlib.sha256(file.read_bytes()).hexdigest()}".encode())
        if self.recipe != PARENT:
            total.update(table()[0].digest("slim").encode())
        return total.hexdigest()


@cache
def table() -> tuple[Recipe, ...]:
    """All recipes; Debian, the parent of the others, comes first."""
    rows = tomllib.loads((HERE / "recipes.toml").read_text())["recipe"]
    return tuple(Recipe(**{**row, "default": tuple(row["default"])}) for row in rows)


def defaults() -> list[str]:
    """The references that are made when nobody names any."""
    return [f"{r.repository.removeprefix('library/')}:{tag}" for r in table() for tag in r.default]


def find(reference: Reference) -> Recipe | None:
    """The recipe for a repository, whatever the tag; None where there is none."""
    if reference.registry != "docker.io":
        return None
    return next((r for r in table() if r.repository == reference.repository), None)


def why_not(reference: Reference) -> str | None:
    """Why nothing can stand for a reference, with what is available; None where a recipe can."""
    recipe = find(reference)
    if recipe is None:
        return "no recipe makes a substitute for it"
    if reference.digest:
        return "it is pinned by digest, so nothing else may stand for it"
    if recipe.stage(reference.tag) is None:
        return f"it is not substituted: Debian has {recipe.offers}"
    return None

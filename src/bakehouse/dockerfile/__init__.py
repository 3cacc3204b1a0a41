"""The Dockerfile language: bytes to tree to meaning, and edits back to bytes.

    parse            bytes -> Dockerfile: a lossless tree, with the problems BuildKit would refuse it for
    print_tree       Dockerfile -> the same bytes, from tokens that tile the file
    read_stages      Dockerfile, BuildInputs -> StageGraph: stages, bases, what needs what
    interpret        Dockerfile, BuildInputs -> Meaning: each instruction with its variables, files and mounts
    parse_image      `alpine:3` -> ImageRef, full and familiar
    apply_edits      bytes, span edits -> bytes; all else untouched
    inject           Dockerfile -> bytes with flags on every RUN and args in every stage
    read_ignore      bytes -> IgnoreMatcher with BuildKit's semantics
    tree_as_json     Dockerfile -> plain data, documented and stable
    shell.read_script, packages.package_call
                     a RUN -> its commands, their words, package managers (not exported here: it loads a grammar)

Where to look: `syntax` (the tree's nouns) <- `lines`, `words`, `arguments`, `heredocs`, `jsonarray` (the
grammar) <- `parser`; `verdict` and `mounts` (BuildKit's instruction layer); `lexer`, `glob`, `expansion`,
`environment` (variables); `stages`, `stage_reader`, `sources`, `state`, `steps`, `meaning` (what it means);
`frontend`, `printer`, `as_json`, `edits`, `injection`, `ignore`, `ignore_pattern`, `shell`, `packages`. Only the
standard library, tree-sitter (in `shell`) and `errors` below.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bakehouse.dockerfile.as_json import tree_as_json
    from bakehouse.dockerfile.edits import EditConflictError, apply_edits
    from bakehouse.dockerfile.ignore import IgnoreFileError, IgnoreMatcher, IgnoreRule, Visit, read_ignore
    from bakehouse.dockerfile.imageref import ImageRef, ImageRefError, parse_image
    from bakehouse.dockerfile.injection import Injected, inject
    from bakehouse.dockerfile.meaning import Meaning, interpret
    from bakehouse.dockerfile.parser import parse
    from bakehouse.dockerfile.printer import Token, TokenKind, print_tree, tokens
    from bakehouse.dockerfile.sources import Source, SourceKind
    from bakehouse.dockerfile.stage_reader import read_stages
    from bakehouse.dockerfile.stages import (
        BaseImage,
        BuildInputs,
        Edge,
        EdgeKind,
        Origin,
        OriginKind,
        Stage,
        StageGraph,
    )
    from bakehouse.dockerfile.state import StageMeaning, State, Step
    from bakehouse.dockerfile.syntax import (
        Directive,
        Dockerfile,
        DockerfileSyntaxError,
        Flag,
        Form,
        Heredoc,
        Instruction,
        Pair,
        Position,
        Problem,
        Span,
        Trivia,
        TriviaKind,
        Word,
    )
    from bakehouse.model.edit import Edit

__all__ = [
    "BaseImage",
    "BuildInputs",
    "Directive",
    "Dockerfile",
    "DockerfileSyntaxError",
    "Edge",
    "EdgeKind",
    "Edit",
    "EditConflictError",
    "Flag",
    "Form",
    "Heredoc",
    "IgnoreFileError",
    "IgnoreMatcher",
    "IgnoreRule",
    "ImageRef",
    "ImageRefError",
    "Injected",
    "Instruction",
    "Meaning",
    "Origin",
    "OriginKind",
    "Pair",
    "Position",
    "Problem",
    "Source",
    "SourceKind",
    "Span",
    "Stage",
    "StageGraph",
    "StageMeaning",
    "State",
    "Step",
    "Token",
    "TokenKind",
    "Trivia",
    "TriviaKind",
    "Visit",
    "Word",
    "apply_edits",
    "inject",
    "interpret",
    "parse",
    "parse_image",
    "print_tree",
    "read_ignore",
    "read_stages",
    "tokens",
    "tree_as_json",
]

_HOMES = {
    "as_json": "tree_as_json",
    "ignore": "IgnoreFileError IgnoreMatcher IgnoreRule Visit read_ignore",
    "edits": "Edit EditConflictError apply_edits",
    "injection": "Injected inject",
    "imageref": "ImageRef ImageRefError parse_image",
    "meaning": "Meaning interpret",
    "parser": "parse",
    "printer": "Token TokenKind print_tree tokens",
    "sources": "Source SourceKind",
    "stage_reader": "read_stages",
    "stages": "BaseImage BuildInputs Edge EdgeKind Origin OriginKind Stage StageGraph",
    "state": "StageMeaning State Step",
    "syntax": "Directive Dockerfile DockerfileSyntaxError Flag Form Heredoc Instruction "
    "Pair Position Problem Span Trivia TriviaKind Word",
}


def __getattr__(name: str) -> Any:
    """Load a public name from its module when it is first asked for: a reader of the tree needs no lexer."""
    for module, names in _HOMES.items():
        if name in names.split():
            value = getattr(importlib.import_module(f"{__name__}.{module}"), name)
            globals()[name] = value
            return value
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

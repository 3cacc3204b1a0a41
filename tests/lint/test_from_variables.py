"""The variables of FROM: declared for it, and used without a value."""

from __future__ import annotations

from bakehouse.lint.from_variables import declared, used_without_value
from bakehouse.lint.subject import Subject

TEXT = b"""ARG TAG=1
ARG BASE
FROM --platform=$PLATFORM $BASE:$TAG AS a
ARG INNER=2
FROM a:${INNER} AS b
FROM a:${OTHER:-3} AS c
"""


def test_declared() -> None:
    names = declared(Subject("Dockerfile", TEXT))
    assert {"TAG", "BASE", "TARGETARCH", "BUILDPLATFORM"} <= names
    assert not names & {"INNER", "PLATFORM", "OTHER"}


def test_used_without_value() -> None:
    found = [(stage.label, word.text, names) for stage, word, names in used_without_value(Subject("Dockerfile", TEXT))]
    assert found == [("a", "$PLATFORM", ["PLATFORM"]), ("a", "$BASE:$TAG", ["BASE"]), ("b", "a:${INNER}", ["INNER"])]

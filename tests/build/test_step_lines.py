"""`[stage i/n]` back to lines: stages of the file, replaced bases, triggers."""

from __future__ import annotations

from pathlib import Path

import pytest

from bakehouse.build.step_lines import line_finder
from bakehouse.dockerfile.parser import parse
from bakehouse.model.plan import Plan, Target

TEXT = b"""FROM debian AS Base
WORKDIR /a
ENV A=1
ONBUILD RUN one
RUN <<E
two
E
FROM base
COPY a \\
  b
FROM other
RUN three
"""


@pytest.mark.parametrize(
    ("stage", "index", "contexts", "lines"),
    [
        ("base", 1, {}, None),  # the FROM itself
        ("base", 2, {}, (2, 2)),
        ("base", 3, {}, (5, 7)),
        ("base", 4, {}, None),
        ("base", 1, {"debian": "docker-image://x"}, (2, 2)),
        ("base", 1, {"docker.io/library/debian:latest": "docker-image://x"}, (2, 2)),
        ("stage-1", 1, {}, (4, 4)),  # the trigger of its base runs first
        ("stage-1", 2, {}, (9, 10)),
        ("stage-2", 2, {}, (12, 12)),
        ("nowhere", 1, {}, None),
    ],
)
def test_lines(stage, index, contexts, lines):
    target = Target(
        id="t", service="t", variant="prod", context=Path(), dockerfile=Path("Dockerfile"), contexts=contexts
    )
    find = line_finder(Plan(root=Path(), targets=(target,)), {"t": parse(TEXT)})
    assert find("t", stage, index) == lines
    assert find("other", stage, index) is None

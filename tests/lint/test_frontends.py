"""What a `# syntax=` directive lets a fix use."""

from __future__ import annotations

import pytest

from bakehouse.dockerfile.parser import parse
from bakehouse.lint.frontends import allows


@pytest.mark.parametrize(
    ("head", "able"),
    [
        ("", True),
        ("# syntax=docker/dockerfile:1\n", True),
        ("# syntax=docker/dockerfile:1.10\n", True),
        ("# syntax=docker.io/docker/dockerfile:1.12.0-labs\n", True),
        ("# syntax=docker/dockerfile:1.9\n", False),
        ("# syntax=docker/dockerfile:experimental\n", False),
        ("# syntax=example.com/own\n", False),
    ],
)
def test_allows(head: str, able: bool) -> None:
    assert allows(parse(f"{head}FROM scratch\n".encode()), 10) is able

"""Users of base images and of the file itself."""

from __future__ import annotations

import pytest

from bakehouse.lint.subject import Subject
from bakehouse.lint.users import made_users, runs_as_root, unprivileged_user, user_ids


def _subject(text: str) -> Subject:
    return Subject("Dockerfile", text.encode())


@pytest.mark.parametrize(
    ("command", "names"),
    [
        ("useradd -l -m -u 1000 app", ["app"]),
        ("adduser -D -H -u 1000 -G app app", ["app"]),
        ("adduser --system --group --home /app app", ["app"]),
        ("adduser app sudo", []),
        ("useradd $NAME", []),
        ("sudo useradd --uid=7 app && adduser app docker", ["app"]),
    ],
)
def test_made_users(command: str, names: list[str]) -> None:
    subject = _subject(f"FROM debian:12\nRUN {command}\n")
    assert [p.arguments[-1] for p in made_users(subject.stages[0], subject)] == names


def test_ids() -> None:
    subject = _subject("FROM node:24 AS a\nRUN useradd -u 7 app && useradd other\nFROM a\n")
    assert user_ids(subject.stages[1], subject) == {"nobody": 65534, "www-data": 33, "node": 1000, "app": 7}


@pytest.mark.parametrize(
    ("base", "root", "user"),
    [
        ("node:24-alpine", True, "1000:1000"),
        ("debian:13", True, "65534:65534"),
        ("scratch", True, "65532:65532"),
        ("postgres:17", False, "65534:65534"),
        ("gcr.io/distroless/static-debian13", False, "65532:65532"),
        ("example.com/own", False, None),
    ],
)
def test_bases(base: str, root: bool, user: str | None) -> None:
    subject = _subject(f"FROM {base}\n")
    stage = subject.stages[0]
    assert runs_as_root(stage, stage.end.user, subject) is root
    assert unprivileged_user(stage, subject) == user

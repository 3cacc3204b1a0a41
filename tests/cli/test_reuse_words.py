"""Ages on the command line, and a plan in words."""

from pathlib import Path

import pytest

from bakehouse.cli.plan import describe
from bakehouse.cli.selection import age_seconds, request_of
from bakehouse.errors import UsageError
from bakehouse.model.plan import Plan, Reused, Target, Verdict


@pytest.mark.parametrize(
    ("text", "seconds"), [("7d", 604800), ("12h", 43200), ("30m", 1800), ("90s", 90), ("0", 0), ("0.5d", 43200)]
)
def test_ages(text, seconds):
    assert age_seconds(text) == seconds


@pytest.mark.parametrize("text", ["", "7", "soon", "-1d", "7w", "1d2h", "d"])
def test_what_is_no_age(text):
    with pytest.raises(UsageError, match="not an age"):
        age_seconds(text)


def test_no_age_means_as_configured():
    assert request_of(()).max_age is None
    assert request_of((), max_age="0").max_age == 0.0


def target(name: str, **more) -> Target:
    return Target(
        id=name, service=name, variant="prod", context=Path("/r"), dockerfile=Path("/r/Dockerfile"),
        tags=(f"t/{name}:prod",), **more,
    )  # fmt: skip


def test_a_plan_says_for_each_target_what_and_why():
    image = Reused(place="local", reference="t/a:id-1", digest="sha256:" + "ab" * 32, built=1.0)
    plan = Plan(
        root=Path("/r"),
        targets=(
            target("a", verdict=Verdict.REUSE, reason="built 2 h ago, in the local store", reuse=image),
            target("b", reason="no image of this identity in the local store"),
            target("c", verdict=Verdict.BLOCKED, reason="base image x: missing"),
        ),
    )
    text = "\n".join(describe(plan))
    assert "wave 0: 1 to build" in text
    assert "no image of this identity" in text
    assert "reuse: 1 need not be built" in text
    assert "abababababab  built 2 h ago, in the local store" in text
    assert "blocked: c - base image x: missing" in text

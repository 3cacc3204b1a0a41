"""Builds killed at random moments: a sample. `python -m bench kills` does fifty."""

import pytest
from bench import kills

pytestmark = pytest.mark.engine


def test_killed_builds_leave_nothing_half_made_and_the_next_is_right():
    assert "no tag half made" in kills.measure(4)

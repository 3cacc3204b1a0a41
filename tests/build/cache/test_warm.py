"""Which services are warmed, and what is written for a schedule."""

import pytest

from bakehouse.build.cache.warm import SCHEDULES, critical, schedule


def test_configured_ones_first_then_bases_then_the_longest():
    assert [c.service for c in critical({"a": 0, "b": 2}, {"a": 9.0}, ["x"])] == ["x"]
    needed = {f"s{i}": 0 for i in range(8)} | {"base": 3}
    found = critical(needed, {f"s{i}": float(i) for i in range(8)}, [])
    assert [c.service for c in found] == ["base", "s7", "s6", "s5", "s4", "s3"]
    assert found[0].reason == "3 are built from it"
    assert [c.service for c in critical({"a": 0, "b": 0}, {}, [])] == ["a", "b"]


@pytest.mark.parametrize("kind", SCHEDULES)
def test_each_schedule_carries_the_command(kind):
    assert "bakehouse cache warm --branch origin/main" in schedule(kind, "/srv/shop", ("--branch", "origin/main"))
    if kind != "github":
        assert "/srv/shop" in schedule(kind, "/srv/shop", ())

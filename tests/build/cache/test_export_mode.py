"""min or max: from the numbers, and the decision for min is remembered."""

from bakehouse.build.cache import mode_memory
from bakehouse.build.cache.export_mode import Timing, decide


def test_max_until_three_builds_with_an_export_are_known():
    found = decide([Timing(export=60, inner=1, hit=False)] * 2)
    assert (found.mode, found.runs) == ("max", 2)
    assert "2 of 3" in found.reason


def test_max_where_it_spares_more_than_it_costs():
    timings = [Timing(export=4, inner=0, hit=True)] * 3 + [Timing(export=5, inner=60, hit=False)]
    found = decide(timings)
    assert found.mode == "max"
    assert found.spared == 45.0
    assert found.export == 4.0
    assert "export 4.0 s, spared 45.0 s" in found.reason


def test_min_where_nobody_ever_hits():
    found = decide([Timing(export=8, inner=30, hit=False)] * 4)
    assert (found.mode, found.spared) == ("min", 0.0)


def test_min_where_the_export_is_dearer_than_the_steps():
    found = decide([Timing(export=20, inner=0, hit=True)] * 3 + [Timing(export=20, inner=10, hit=False)])
    assert found.mode == "min"


def test_a_decision_is_remembered_and_damage_is_not_fatal(tmp_path):
    mode_memory.save(tmp_path, {"api": mode_memory.Remembered(12.5, "why")})
    assert mode_memory.load(tmp_path) == {"api": mode_memory.Remembered(12.5, "why")}
    (tmp_path / mode_memory.FILE).write_text("{")
    assert mode_memory.load(tmp_path) == {}

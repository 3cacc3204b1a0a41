"""Modes of a plan: from measurements, remembered for a while, measured anew afterwards."""

import time

from bakehouse.build.cache import mode_memory
from bakehouse.build.cache.export_mode import Timing
from bakehouse.build.cache.policy import cache_policy, in_image
from bakehouse.build.reading import read
from bakehouse.config import CacheSection, Config
from bakehouse.model.service import Kind, Service

DOCKERFILE = "FROM a AS base\nRUN x\nFROM a AS build\nRUN make\nFROM base\nCOPY --from=build /o /o\n"
LOCAL = Config(cache=CacheSection(backend="local"))
DEAR = [Timing(export=30, inner=5, hit=False)] * 4


def reading(root, dockerfile=DOCKERFILE):
    (root / "Dockerfile").write_text(dockerfile)
    return read(root, Service(name="api", kind=Kind.OTHER, context=".", dockerfile="Dockerfile"), "prod")


def decision(root, measured=None, config=LOCAL, dockerfile=DOCKERFILE):
    policy = cache_policy(config, {"api": reading(root, dockerfile)}, "prod", root, measured)
    return policy.decisions["api"]


def test_the_stages_in_the_image_are_the_target_and_what_it_starts_from(tmp_path):
    assert in_image(reading(tmp_path)) == {"stage-2", "base"}


def test_a_single_stage_is_min_without_asking(tmp_path):
    assert decision(tmp_path, dockerfile="FROM a\nRUN x\n").mode == "min"


def test_as_configured(tmp_path):
    found = decision(tmp_path, config=Config(cache=CacheSection(backend="local", mode="min")))
    assert (found.mode, found.reason) == ("min", "as configured")


def test_min_is_remembered_with_its_numbers_and_then_measured_anew(tmp_path):
    asked = []

    def measured(target, stages, since):
        asked.append((target, stages, since))
        return DEAR if since == 0 else []

    first = decision(tmp_path, measured)
    assert first.mode == "min"
    assert decision(tmp_path, measured).reason == first.reason
    assert asked == [("api", frozenset({"stage-2", "base"}), 0.0)]
    old = time.time() - mode_memory.KEEP_SECONDS - 10
    mode_memory.save(tmp_path, {"api": mode_memory.Remembered(old, first.reason)})
    assert decision(tmp_path, measured).mode == "max"
    assert asked[-1][2] == old + mode_memory.KEEP_SECONDS


def test_a_decision_from_the_future_does_not_count(tmp_path):
    mode_memory.save(tmp_path, {"api": mode_memory.Remembered(time.time() + 9e6, "a clock that was wrong")})
    assert decision(tmp_path, lambda *_: []).mode == "max"

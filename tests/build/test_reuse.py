"""Verdicts: what is reused, what is built, and why. The answers of a store are given; judging is all that happens."""

from dataclasses import replace
from pathlib import Path

import pytest

from bakehouse.build import bake, reuse
from bakehouse.build.reuse import Policy
from bakehouse.model.identity import Identity
from bakehouse.model.plan import Plan, Reused, Target, Verdict

NOW = 1_800_000_000.0
DAY = 86400.0


def target(name: str, **more) -> Target:
    values = {"identity": f"sha256:{name}", "identity_tag": f"r/{name}:id-1", "tags": (f"r/{name}:prod",)}
    return Target(
        id=name, service=name, variant="prod", context=Path("/repo"), dockerfile=Path("/repo/Dockerfile"),
        **(values | more),
    )  # fmt: skip


def image(name: str, age: float = 60.0) -> Reused:
    return Reused(place="registry", reference=f"r/{name}@sha256:1", digest="sha256:1", built=NOW - age)


class Answers:
    """A store that was asked already."""

    def __init__(self, **answers):
        self.answers = answers
        self.asked: list[str] = []

    def begin(self, targets):
        pass

    def find(self, targets):
        self.asked += [t.id for t in targets]
        return {t.id: self.answers.get(t.id, "no image of this identity") for t in targets}, ()


def judge(targets, store, **policy):
    plan = Plan(root=Path("/repo"), targets=tuple(targets))
    judged = reuse.judge(plan, store, Policy(now=NOW, **{"max_age": 7 * DAY, **policy}))
    return judged, {t.id: (str(t.verdict), t.reason) for t in judged.targets}


def test_an_existing_image_is_reused_and_another_built():
    plan, said = judge([target("a"), target("b")], Answers(a=image("a")))
    assert said == {
        "a": ("reuse", "built 1 min ago, in r"),
        "b": ("build", "no image of this identity"),
    }
    assert plan.target("a").reuse == image("a")


@pytest.mark.parametrize(
    ("change", "policy", "reason"),
    [
        ({}, {"off": "reuse is off"}, "reuse is off"),
        ({}, {"rebuild": frozenset({"a"})}, "--rebuild"),
        ({"no_cache": True}, {}, "its cache was invalidated"),
        ({"no_cache_stages": ("deps",)}, {}, "its cache was invalidated"),
        ({"unknowable": ("ADD of a URL",)}, {}, "its identity cannot be known: ADD of a URL"),
        ({"identity": ""}, {}, "it has no identity"),
        ({"identity_tag": ""}, {}, "it has no identity"),
    ],
)
def test_what_must_be_built_is_not_even_asked_for(change, policy, reason):
    store = Answers(a=image("a"))
    _, said = judge([replace(target("a"), **change)], store, **policy)
    assert said == {"a": ("build", reason)}
    assert store.asked == []


def test_an_old_image_is_built_without_cache_because_the_cache_would_give_it_back():
    plan, said = judge([target("a")], Answers(a=image("a", 8 * DAY)))
    assert said["a"][0] == "build"
    assert "older than 7 d" in said["a"][1]
    assert plan.target("a").no_cache


def test_any_age_is_reused_where_the_user_says_so():
    _, said = judge([target("a")], Answers(a=image("a", 400 * DAY)), max_age=0)
    assert said["a"] == ("reuse", "built 400 d ago, in r")


def test_an_image_from_the_future_is_not_trusted():
    _, said = judge([target("a")], Answers(a=image("a", -3600)))
    assert said["a"] == ("build", "its image is from the future: a clock is wrong")


def test_a_clock_that_differs_a_little_is_no_reason():
    _, said = judge([target("a")], Answers(a=image("a", -60)))
    assert said["a"][0] == "reuse"


def test_what_is_built_from_a_new_image_is_built_too():
    chain = [target("base"), target("mid", wave=1, depends_on=("base",)), target("top", wave=2, depends_on=("mid",))]
    _, said = judge(chain, Answers(mid=image("mid"), top=image("top")))
    assert {name: verdict for name, (verdict, _) in said.items()} == {"base": "build", "mid": "build", "top": "build"}
    assert said["top"][1] == "built from mid, which is built anew"


def test_an_image_only_others_need_is_not_built_for_nothing():
    base = target("base", needed_only=True)
    top = target("top", wave=1, depends_on=("base",))
    plan, said = judge([base, top], Answers(top=image("top")))
    assert said["top"][0] == "reuse"
    assert plan.target("base") is None
    plan, said = judge([base, top], Answers(base=image("base")))
    assert said == {"base": ("reuse", "built 1 min ago, in r"), "top": ("build", "no image of this identity")}


def test_an_old_image_that_others_need_makes_them_new_too():
    base = target("base", needed_only=True)
    top = target("top", wave=1, depends_on=("base",))
    _, said = judge([base, top], Answers(base=image("base", 9 * DAY), top=image("top", 1 * DAY)))
    assert {verdict for verdict, _ in said.values()} == {"build"}


def test_blocked_and_skipped_stay_what_they_are():
    stuck = target("a", verdict=Verdict.BLOCKED, reason="base missing")
    _, said = judge([stuck, target("b", verdict=Verdict.SKIPPED, reason="no")], Answers(a=image("a")))
    assert said == {"a": ("blocked", "base missing"), "b": ("skipped", "no")}


def test_a_target_whose_tags_cannot_be_set_is_built_with_all_that_stands_on_it():
    chain = [target("base"), target("top", wave=1, depends_on=("base",)), target("other")]
    plan, _ = judge(chain, Answers(base=image("base"), top=image("top"), other=image("other")))
    again = reuse.built_after_all(plan, {"base": "the registry is full"})
    assert {t.id: str(t.verdict) for t in again.targets} == {"base": "build", "top": "build", "other": "reuse"}
    assert again.target("base").reason == "the registry is full"


def test_a_builder_without_the_local_store_builds_what_others_need_too():
    chain = [target("root"), target("base", wave=1, depends_on=("root",)), target("top", wave=2, depends_on=("base",))]
    plan, _ = judge([*chain, target("other")], Answers(root=image("root"), base=image("base"), other=image("other")))
    lost = reuse.stranded(plan)
    assert set(lost) == {"base", "root"}
    again = reuse.built_after_all(plan, lost)
    assert {t.id: str(t.verdict) for t in again.targets} == {
        "root": "build", "base": "build", "top": "build", "other": "reuse",
    }  # fmt: skip


def test_the_definition_takes_reused_images_and_pinned_bases():
    identity = Identity(target="top", digest="sha256:" + "1" * 64, ingredients=(), pins=(("node:20", "sha256:2"),))
    base, top = target("base"), target("top", wave=1, depends_on=("base",), contexts={"common": "target:base"})
    plan = Plan(root=Path("/repo"), targets=(base, top))
    plan = reuse.with_identities(plan, {"top": identity, "base": replace(identity, target="base", pins=())}, NOW)
    plan = reuse.judge(plan, Answers(base=image("base")), Policy(now=NOW))
    body = bake.definition(plan)["target"]
    assert list(body) == ["top"]
    assert body["top"]["contexts"] == {
        "node:20": "docker-image://node:20@sha256:2",
        "common": "docker-image://r/base@sha256:1",
    }


def test_an_unknowable_identity_pins_nothing_and_names_nothing():
    identity = Identity(
        target="a", digest="sha256:" + "1" * 64, ingredients=(), pins=(("x", "sha256:2"),), unknowable=("ADD",)
    )
    plan = reuse.with_identities(Plan(root=Path("/repo"), targets=(target("a"),)), {"a": identity}, NOW)
    (one,) = plan.targets
    assert one.pins == ()
    assert not one.nameable

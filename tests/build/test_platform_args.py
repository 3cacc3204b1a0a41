"""Build arguments that differ by platform: what a target gets, and what the Dockerfile carries."""

from __future__ import annotations

import pytest

from bakehouse.build.platform_args import by_name, target_args
from bakehouse.dockerfile.injection import inject
from bakehouse.dockerfile.meaning import interpret
from bakehouse.dockerfile.parser import parse
from bakehouse.dockerfile.stages import BuildInputs
from bakehouse.errors import ConfigError
from bakehouse.model.service import Kind, Service

BOTH = ("linux/amd64", "linux/arm64")


def service(**fields) -> Service:
    return Service(name="api", kind=Kind.OTHER, context=".", dockerfile="Dockerfile", **fields)


def test_one_platform_has_plain_arguments():
    found = service(args={"A": "1", "B": "2"}, platform_args={"linux/arm64/v8": {"B": "3"}})
    assert target_args(found, ("linux/arm64",)) == ({"A": "1", "B": "3"}, {})
    assert target_args(found, ("linux/amd64",)) == ({"A": "1", "B": "2"}, {})


def test_several_platforms_differ_where_they_say_so():
    found = service(args={"A": "1", "B": "2"}, platform_args={"linux/arm64": {"B": "3"}})
    assert target_args(found, BOTH) == ({"A": "1"}, {"linux/amd64": {"B": "2"}, "linux/arm64": {"B": "3"}})


@pytest.mark.parametrize("value", ["a b", 'q"', "$X", "a;b|c~d^e", "new\nline"])
def test_a_value_that_cannot_be_carried(value):
    with pytest.raises(ConfigError, match="cannot be"):
        target_args(service(args={"B": "2"}, platform_args={"linux/arm64": {"B": value}}), BOTH)


def test_a_value_that_is_missing_for_one():
    with pytest.raises(ConfigError, match="no value of B for linux/amd64") as caught:
        target_args(service(platform_args={"linux/arm64": {"B": "3"}}), BOTH)
    assert caught.value.path == "bakehouse.toml"


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_the_dockerfile_picks_its_platforms_value(newline):
    text = 'ARG V=x\nFROM base:${V}\nARG OTHER=1 W="two words" LAST\n# why\nARG V\nLABEL v=$V w=$W other=$OTHER\n'
    tree = parse(text.replace("\n", newline).encode())
    values = by_name({"linux/amd64": {"V": "1", "W": "a;b"}, "linux/arm64": {"V": "2/x", "W": ""}})
    done = inject(tree, run_flags=(), stage_args={}, drop_syntax=False, platform_args=values)
    assert newline == "\n" or done.data.count(b"\n") == done.data.count(b"\r\n")
    changed = parse(done.data).require_valid()
    for platform, v, w in (("linux/amd64", "1", "a;b"), ("linux/arm64", "2/x", "")):
        meaning = interpret(changed, BuildInputs(platform=platform))
        assert meaning.target is not None
        assert meaning.target.stage.base == f"base:{v}"
        assert dict(meaning.target.end.labels) == {"v": v, "w": w, "other": "1"}
    first = done.line_map.index(6)
    assert done.data.splitlines()[first].startswith(b"LABEL")

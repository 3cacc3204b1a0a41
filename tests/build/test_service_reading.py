"""A service's Dockerfile as a plan reads it: what stops the build is said with its line."""

from __future__ import annotations

import pytest

from bakehouse.build.reading import read
from bakehouse.errors import BakehouseError, DockerfileError
from bakehouse.model.service import Kind, Service


def reading(root, text, **options):
    (root / "Dockerfile").write_text(text)
    fields = {"args": options.pop("args", {}), "target": options.pop("target", None)}
    service = Service(name="api", kind=Kind.OTHER, context=".", dockerfile="Dockerfile", **fields)
    return read(root, service, "prod", **options)


def test_outside_references_of_the_chosen_stage(tmp_path):
    found = reading(tmp_path, "ARG V=1\nFROM a:$V AS x\nFROM b\nFROM x\nCOPY --from=c:2 / /\n")
    assert (found.external, found.stage) == (("a:1", "c:2"), None)
    assert reading(tmp_path, "FROM a AS x\nFROM b\n", target="x").external == ("a",)


@pytest.mark.parametrize(
    ("text", "line"), [("ARG V\nFROM a:$V\n", 2), ("FROM $V\n", 1), ("FROM a AS ok\nFROM ${V}\nFROM ok\n", 2)]
)
def test_a_base_without_a_value(text, line, tmp_path):
    with pytest.raises(DockerfileError, match="depends on a build argument without a value") as caught:
        reading(tmp_path, text)
    assert caught.value.line == line
    assert "[services.api] args" in caught.value.hint
    assert reading(tmp_path, text, buildable=False).meaning.target is not None


def test_a_value_from_the_service(tmp_path):
    assert reading(tmp_path, "ARG V\nFROM a:$V\n", args={"V": "2"}).external == ("a:2",)


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("FROM a\nRUN --mount=type=nope true\n", 2, "unsupported mount type"),
        ('FROM a\nENV A="b\n', 2, "double-quote"),
        ("FROM A\n", 1, "must be lowercase"),
        ("ARG A=1\n", 1, "contains no stages"),
        ("FROM a\nNOPE\n", 2, "unknown instruction"),
    ],
)
def test_what_buildkit_would_refuse(text, line, message, tmp_path):
    with pytest.raises(BakehouseError, match=message) as caught:
        reading(tmp_path, text)
    assert (caught.value.path, caught.value.line, caught.value.exit_code) == ("Dockerfile", line, 2)

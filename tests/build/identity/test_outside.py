"""What comes from outside the Dockerfile and the context: images, named contexts, other targets."""

import pytest
from tests.build.identity.world import DIGEST, subject

from bakehouse.build.identity.identify import ImageFacts

OTHER = "sha256:" + "e" * 64


def test_a_base_counts_by_its_digest(world):
    world.write({"Dockerfile": "FROM node\nCOPY --from=tools:1 /x /x\n"})
    before = world.identity()
    assert before.pins == (("node", DIGEST), ("tools:1", DIGEST))
    world.images["tools:1"] = ImageFacts(digest=OTHER, onbuild=None)
    after = world.identity()
    assert after.digest != before.digest
    assert after.knowable  # triggers of an image that only lends files do not run


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        (ImageFacts(digest=None, note="no such name"), "what node is could not be found out: no such name"),
        (ImageFacts(digest=DIGEST, onbuild=True), "node has ONBUILD triggers"),
        (ImageFacts(digest=DIGEST, onbuild=None), "whether node has ONBUILD triggers could not be found out"),
    ],
)
def test_a_base_in_doubt_is_never_reused(world, facts, words):
    world.write({"Dockerfile": "FROM node\n"})
    world.images["node"] = facts
    found = world.identity()
    assert not found.knowable
    assert words in found.unknowable[0]


def test_a_substitute_counts_as_what_it_is(world):
    world.write({"Dockerfile": "FROM node\n"})
    plain = world.identity()
    replaced = world.identity(contexts={"node": f"docker-image://localhost:5000/node@{DIGEST}"})
    assert replaced.knowable
    assert replaced.pins == ()
    assert replaced.digest == plain.digest  # the same image under the same name
    moved = world.identity(contexts={"node": f"docker-image://localhost:5000/node@{OTHER}"})
    assert moved.digest != plain.digest


def test_a_directory_counts_by_what_is_taken(world):
    world.write({"Dockerfile": "FROM node\nCOPY --from=lib src /x\n", "lib/src/a": "a", "lib/docs/b": "b"})
    before = world.identity(contexts={"lib": "lib"}).digest
    world.write({"lib/docs/b": "changed"})
    assert world.identity(contexts={"lib": "lib"}).digest == before
    world.write({"lib/src/a": "changed"})
    assert world.identity(contexts={"lib": "lib"}).digest != before


def test_two_directories_that_change_places_are_told_apart(world):
    world.write({"Dockerfile": "FROM node\nCOPY --from=one . /1\nCOPY --from=two . /2\n", "a/f": "a", "b/f": "b"})
    here = world.identity(contexts={"one": "a", "two": "b"}).digest
    there = world.identity(contexts={"one": "b", "two": "a"}).digest
    assert here != there


@pytest.mark.parametrize("value", ["https://example.com/x.tar", "git://example.com/x.git", "oci-layout://./x"])
def test_other_contexts_are_not_knowable(world, value):
    world.write({"Dockerfile": "FROM node\nCOPY --from=lib . /x\n"})
    assert not world.identity(contexts={"lib": value}).knowable


def test_a_context_that_nobody_uses_does_not_count(world):
    world.write({"Dockerfile": "FROM node\n"})
    plain = world.identity().digest
    assert world.identity(contexts={"lib": "https://example.com/x.tar"}).digest == plain


def test_another_target_counts_by_its_identity(world):
    world.write({"Dockerfile": "FROM common\n", "base/Dockerfile": "FROM node\nCOPY a /\n", "base/a": "a"})
    base = subject(target="base", service="base", context="base", dockerfile="base/Dockerfile")
    app = subject(contexts={"common": "target:base"})
    before = world.identities(app, base)
    world.write({"base/a": "b"})
    after = world.identities(app, base)
    assert after["app"].digest != before["app"].digest
    world.images["node"] = ImageFacts(digest=None)
    doubtful = world.identities(app, base)["app"]
    assert "it is built from base, which is not knowable" in doubtful.unknowable[0]


def test_triggers_of_another_target_may_take_any_file(world):
    world.write({"Dockerfile": "FROM common\n", "lib/Dockerfile": "FROM common\nCOPY --from=common /x /y\n"})
    world.write({"base/Dockerfile": "FROM node\nONBUILD COPY . /app\n"})
    base = subject(target="base", service="base", context="base", dockerfile="base/Dockerfile")
    found = world.identities(subject(contexts={"common": "target:base"}), base)
    assert found["app"].unknowable == ("base has ONBUILD triggers, which may take any file",)
    assert found["base"].knowable


def test_a_context_outside_the_workspace_is_not_knowable(world, tmp_path):
    (tmp_path / "elsewhere").mkdir()
    world.write({"Dockerfile": "FROM node\nCOPY . /\n"})
    found = world.identity(context=str(tmp_path / "elsewhere"))
    assert "the build context lies outside the workspace" in found.unknowable[0]


def test_a_target_that_is_not_there_is_not_knowable(world):
    world.write({"Dockerfile": "FROM common\n"})
    assert not world.identity(contexts={"common": "target:gone"}).knowable

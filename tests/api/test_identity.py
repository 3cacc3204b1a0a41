"""Identities of a whole repository: in the work tree, at a revision, and the cases that git makes of files."""

import hashlib
import subprocess

import pytest

from bakehouse.api.identity import identify_at, identify_services
from bakehouse.build.request import PlanRequest
from bakehouse.errors import DockerfileError, UsageError
from bakehouse.model.identity import compare
from tests.api.git_repository import Repository


def here(repository, *services):
    return identify_services(repository.root, PlanRequest(services=services))


def at(repository, revision="HEAD", *services):
    return identify_at(repository.root, revision, PlanRequest(services=services))


def test_a_clean_checkout_and_its_revision_are_the_same(repository):
    (repository.root / "tool/run").write_text("#!/bin/sh\n")
    (repository.root / "tool/run").chmod(0o755)
    (repository.root / "tool/link").symlink_to("run")
    repository.commit()
    now, then = here(repository), at(repository)
    assert list(now) == list(then) or sorted(now) == sorted(then)
    for target, identity in now.items():
        assert compare(then[target].ingredients, identity.ingredients) == ()
        assert then[target].digest == identity.digest


def test_a_revision_needs_no_checkout_and_leaves_none(repository):
    before = here(repository, "web")["web"].digest
    first = repository.git("rev-parse", "HEAD")
    repository.write({"web/src/w.js": "x", "web/Dockerfile": "FROM scratch\nCOPY src /\n"})
    repository.commit()
    assert here(repository, "web")["web"].digest != before
    assert at(repository, first, "web")["web"].digest == before
    assert repository.git("status", "--porcelain") == ""


def test_the_same_files_elsewhere_have_the_same_identity(repository, tmp_path):
    subprocess.run(["git", "clone", "-q", str(repository.root), str(tmp_path / "other")], check=True)
    other = {t: i.digest for t, i in identify_services(tmp_path / "other", PlanRequest()).items()}
    assert {t: i.digest for t, i in here(repository).items()} == other


def test_a_service_brings_what_it_is_built_from(repository):
    assert sorted(at(repository, "HEAD", "derived")) == ["derived", "tool"]
    assert sorted(here(repository, "derived")) == ["derived", "tool"]


def test_a_submodule_is_not_knowable_at_a_revision_and_is_files_in_the_work_tree(repository, tmp_path):
    (tmp_path / "other").mkdir()
    Repository(tmp_path / "other", {"file": "1"})
    repository.git("submodule", "--quiet", "add", str(tmp_path / "other"), "tool/module")
    repository.commit()
    found = at(repository, "HEAD", "tool")["tool"]
    assert found.unknowable == ("tool/module is a submodule: its files are not in this repository",)
    names = [i.name for i in here(repository, "tool")["tool"].ingredients]
    assert "tool/module/file" in names


def test_a_pointer_of_git_lfs_counts_as_its_file_at_a_revision(repository):
    content = b"a large model" * 1000
    digest = hashlib.sha256(content).hexdigest()
    pointer = f"version https://git-lfs.github.com/spec/v1\noid sha256:{digest}\nsize {len(content)}\n"
    repository.write({"tool/model": pointer, ".gitattributes": "model filter=lfs -text\n"})
    repository.commit()
    unsmudged = here(repository, "tool")["tool"]
    assert any("is a pointer of Git LFS" in note for note in unsmudged.notes)
    (repository.root / "tool/model").write_bytes(content)
    assert at(repository, "HEAD", "tool")["tool"].digest == here(repository, "tool")["tool"].digest


def test_a_sparse_checkout_is_what_is_there(repository):
    whole = here(repository, "api")["api"].digest
    repository.git("sparse-checkout", "set", "--no-cone", "/*", "!/libs/")
    assert here(repository, "api")["api"].digest != whole
    assert at(repository, "HEAD", "api")["api"].digest == whole


def test_a_revision_that_lacks_objects_says_so(repository, tmp_path):
    clone = tmp_path / "clone"
    repository.write({"web/src/w.js": "x"})
    repository.commit()
    subprocess.run(["git", "clone", "-q", "--depth=1", f"file://{repository.root}", str(clone)], check=True)
    with pytest.raises(UsageError, match="there is no revision HEAD~1"):
        identify_at(clone, "HEAD~1", PlanRequest())


def test_a_broken_dockerfile_at_a_revision_is_told(repository):
    repository.write({"web/Dockerfile": "FROM scratch\nCOPY\n"})
    repository.commit()
    with pytest.raises(DockerfileError) as error:
        at(repository, "HEAD", "web")
    assert error.value.path == "web/Dockerfile"


def test_our_own_state_is_never_part_of_it(repository):
    before = here(repository, "tool")["tool"].digest
    (repository.root / ".bakehouse/anything").write_text("x")
    assert here(repository, "tool")["tool"].digest == before


def test_another_machine_is_not_knowable_without_platforms(repository):
    request = PlanRequest(services=("tool",), builder="far")
    assert "set platforms" in identify_services(repository.root, request)["tool"].unknowable[0]
    named = PlanRequest(services=("tool",), builder="far", platforms=("linux/arm64",))
    assert identify_services(repository.root, named)["tool"].knowable

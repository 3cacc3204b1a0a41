"""Which services a change affects: exactly those that can take it, in a real git."""

import random
import subprocess

import pytest

from bakehouse import api
from bakehouse.api import revisions
from bakehouse.api.affected import affected_by, affected_since, former_config, side_of
from bakehouse.build.identity.affected import affected
from bakehouse.build.identity.reading import Demands
from bakehouse.build.request import PlanRequest
from bakehouse.config import CONFIG_NAME
from bakehouse.errors import UsageError
from bakehouse.workspace.discover import discover
from tests.api.git_repository import Repository


def test_nothing_changed(repository):
    assert repository.affected() == {}


def test_what_nobody_takes_affects_nobody(repository):
    repository.write({"README.md": "x", "api/README.md": "x", "web/test/t.js": "x", "tool/new.log": "x"})
    assert repository.affected() == {}
    assert repository.touched("README.md", "api/README.md", "web/test/t.js", "tool/new.log") == {}


def test_a_source_affects_its_service(repository):
    repository.write({"web/src/w.js": "x"})
    assert repository.affected() == {"web": ["file web/src/w.js"]}
    assert repository.touched("web/src/w.js") == {"web": ["file web/src/w.js"]}


def test_a_library_affects_exactly_those_that_copy_it(repository):
    repository.write({"libs/common/index.js": "x"})
    assert repository.affected() == {"api": ["file libs/common/index.js"]}


def test_what_is_built_from_an_affected_image_is_affected(repository):
    repository.write({"tool/t": "x"})
    assert repository.affected() == {"derived": ["target tool"], "tool": ["file tool/t"]}
    assert repository.touched("tool/t") == {"derived": ["target tool"], "tool": ["file tool/t"]}


def test_new_files_count_before_they_are_added(repository):
    repository.write({"web/package-lock.json": "{}", "web/src/deep/new.js": "n"})
    assert repository.affected() == {"web": ["file web/package-lock.json", "file web/src/deep/new.js"]}


def test_files_that_git_ignores_do_not_count(repository):
    repository.write({".gitignore": "*.tmp\n"})
    repository.commit()
    repository.write({"tool/x.tmp": "x"})
    assert repository.affected() == {}


def test_removed_files_and_renames_count(repository):
    (repository.root / "web/src/w.js").rename(repository.root / "web/src/v.js")
    assert repository.affected() == {"web": ["file web/src/v.js", "file web/src/w.js"]}
    repository.git("checkout", "-q", ".")
    (repository.root / "web/src/v.js").unlink()
    (repository.root / "web/package.json").unlink()
    assert repository.affected() == {"web": ["file web/package.json"]}
    assert repository.touched("web/package.json") == {"web": ["file web/package.json"]}


def test_modes_and_links_count(repository):
    (repository.root / "web/src/w.js").chmod(0o755)
    (repository.root / "tool/link").symlink_to("t")
    found = repository.affected()
    assert found == {"derived": ["target tool"], "tool": ["file tool/link"], "web": ["file web/src/w.js"]}


def test_a_link_that_leads_elsewhere_counts_for_who_follows_it(repository):
    repository.write({"linked/Dockerfile": "FROM scratch\nCOPY now /\n", "linked/one/f": "1", "linked/two/f": "2"})
    link = repository.root / "linked/now"
    link.symlink_to("one")
    repository.commit()
    link.unlink()
    link.symlink_to("two")
    assert repository.affected() == {"linked": ["file linked/now/f"]}
    repository.git("checkout", "-q", ".")
    repository.write({"linked/two/f": "x"})
    assert repository.affected() == {}
    repository.write({"linked/one/f": "x"})
    assert repository.affected() == {"linked": ["file linked/now/f"]}


def test_ignore_rules_count_for_the_files_they_hit(repository):
    repository.write({"tool/.dockerignore": "*.log\nDockerfile\n.dockerignore\n# remark\n*.zzz\n"})
    assert repository.affected() == {}
    repository.write({"tool/.dockerignore": "*.log\nDockerfile\n.dockerignore\nt\n"})
    assert repository.affected() == {"derived": ["target tool"], "tool": ["file tool/t"]}


def test_dockerfiles_count_by_what_they_say(repository):
    text = (repository.root / "web/Dockerfile").read_text()
    repository.write({"web/Dockerfile": "# remark\n" + text})
    assert repository.affected() == {}
    repository.write({"web/Dockerfile": text.replace('["x"]', '["y"]')})
    (changes,) = repository.affected().values()
    assert len(changes) == 1
    assert changes[0].startswith("instruction")
    assert repository.touched("web/Dockerfile") == {"web": ["setting web/Dockerfile"]}


def test_a_dockerfile_behind_a_link_counts(repository):
    repository.write({"linked/files/real.txt": "FROM scratch\nCOPY f /\n", "linked/f": "f"})
    (repository.root / "linked/Dockerfile").symlink_to("files/real.txt")
    repository.commit()
    assert repository.affected() == {}
    repository.write({"linked/files/real.txt": "FROM scratch\nCOPY f /g\n"})
    assert list(repository.affected()) == ["linked"]


def test_build_arguments_count_where_they_are_declared(repository):
    compose = (repository.root / "compose.yaml").read_text()
    repository.write({"compose.yaml": compose.replace("'1'", "'2'")})
    assert repository.affected() == {}
    repository.git("checkout", "-q", ".")
    dockerfile = (repository.root / "api/Dockerfile").read_text()
    repository.write({"api/Dockerfile": dockerfile + "ARG V\n"})
    repository.commit()
    repository.write({"compose.yaml": compose.replace("'1'", "'2'")})
    (change,) = repository.affected()["api"]
    assert change.startswith("instruction")


def test_configuration_counts(repository):
    repository.write({"bakehouse.toml": '[services.web]\ntarget = "build"\n'})
    assert list(repository.affected()) == ["web"]


def test_a_new_service_is_affected_and_one_that_is_gone_is_not(repository):
    repository.write({"fresh/Dockerfile": "FROM scratch\nCOPY f /\n", "fresh/f": "f"})
    (repository.root / "api/Dockerfile").unlink()
    (repository.root / "compose.yaml").unlink()
    found = repository.affected()
    assert found["fresh"] == ["setting service", "file fresh/f"] or found["fresh"][0] == "setting service"
    assert "api" not in found


def test_a_broken_dockerfile_affects_its_service(repository):
    repository.write({"web/Dockerfile": "FROM scratch\nCOPY\n"})
    assert repository.affected()["web"][0] == "setting Dockerfile"


def test_another_revision_and_a_staged_change_taken_back(repository):
    first = repository.git("rev-parse", "HEAD")
    repository.write({"web/src/w.js": "x"})
    repository.commit()
    assert repository.affected() == {}
    assert list(repository.affected(first)) == ["web"]
    repository.write({"tool/t": "staged"})
    repository.git("add", "-A")
    repository.write({"tool/t": "t"})
    assert repository.affected() == {}


def test_the_workspace_may_be_a_part_of_the_repository(repository):
    inner = repository.root / "web"
    repository.write({"web/src/w.js": "x", "tool/t": "x"})
    found = affected_since(inner, "HEAD", PlanRequest())
    assert [(a.service, [c.name for c in a.changes]) for a in found] == [("web", ["src/w.js"])]


def test_submodules_count_by_their_commit(repository, tmp_path):
    other = tmp_path / "other"
    other.mkdir()
    module = Repository(other, {"file": "1"})
    repository.git("submodule", "--quiet", "add", str(other), "tool/module")
    repository.commit()
    assert repository.affected() == {}
    module.write({"file": "2"})
    module.commit()
    repository.git("submodule", "--quiet", "update", "--remote", "tool/module")
    assert repository.affected()["tool"] == ["file tool/module"]


def test_a_sparse_checkout_affects_nothing_by_what_it_leaves_out(repository):
    repository.git("sparse-checkout", "set", "--no-cone", "/*", "!/libs/")
    assert not (repository.root / "libs").exists()
    assert repository.affected() == {}


def test_names_of_every_kind(repository):
    repository.write({"tool/new\nline": "x", "tool/caf\udce9": "x"})
    assert repository.affected()["tool"] == ["file tool/caf\udce9", "file tool/new\nline"]


@pytest.mark.parametrize("revision", ["nothing", "--output=x", "HEAD:README.md", ""])
def test_what_is_no_revision_is_told(repository, revision):
    with pytest.raises(UsageError, match="there is no revision"):
        repository.affected(revision)


def test_without_git_there_are_no_revisions(tmp_path):
    (tmp_path / "Dockerfile").write_text("FROM scratch\n")
    with pytest.raises(UsageError, match="in no git repository"):
        affected_since(tmp_path, "HEAD", PlanRequest())
    assert [a.service for a in affected_by(tmp_path, ["Dockerfile"], PlanRequest())]


def test_a_file_outside_and_an_unknown_service_are_told(repository):
    with pytest.raises(UsageError, match="outside the workspace"):
        repository.touched("../elsewhere")
    with pytest.raises(UsageError, match="there is no service wep"):
        affected_since(repository.root, "HEAD", PlanRequest(services=("wep",)))


@pytest.mark.parametrize("seed", range(12))
def test_the_short_way_finds_what_comparing_everything_finds(repository, seed):
    """`affected` looks only at changed paths; identities computed in full on both sides must say the same."""
    choice = random.Random(seed)
    for _ in range(4):
        _edit(repository, choice)
    root, request = repository.root, PlanRequest()
    short = {a.target for a in affected_since(root, "HEAD", request)}
    with revisions.since(root, "HEAD") as both:
        sides = []
        for tree in (both.before, both.after):
            settings = former_config(root, tree) if CONFIG_NAME in both.changed else api.config(root)
            sides.append(side_of(discover(root, settings, tree), settings, tree, request, Demands()))
        before, after = sides
        assert {a.target for a in affected(before, after, both.changed)} == short
        digests = [{t: s.identifier.identity(t).digest for t in s.demands} for s in sides]
    full = {t for t in after.subjects if t in after.failures or digests[0].get(t) != digests[1].get(t)}
    assert short == full


def _edit(repository: Repository, choice: random.Random) -> None:
    root = repository.root
    listed = subprocess.run(["git", "-C", str(root), "ls-files"], check=True, capture_output=True, text=True).stdout
    files = [root / line for line in listed.splitlines() if (root / line).is_file()]
    path, number = choice.choice(files), choice.randrange(10**6)
    match choice.randrange(7):
        case 0 | 1:
            path.write_text(path.read_text() + (f"# {number}\n" if path.suffix != ".json" else "\n"))
        case 2:
            path.rename(path.with_name(f"moved-{number}{path.suffix}"))
        case 3:
            path.unlink()
        case 4:
            path.chmod(0o755)
        case 5:
            (path.parent / f"new-{number}.js").write_text("n")
        case 6:
            ignore = path.parent / ".dockerignore"
            ignore.write_text(f"{path.name}\n")

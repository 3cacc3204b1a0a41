"""Never built twice: images found by identity in the real registry and in the engine's store, and what forbids it."""

import json
import os
import shutil
import subprocess
import time

import pytest

from bakehouse.tools import registry
from tests.integration.conftest import SMALL_BASE, Cli, interrupt
from tests.integration.test_small_builds import fresh
from tests.small_registry import serving

pytestmark = pytest.mark.engine

REGISTRY = "localhost:5000"


def fleet(mark: str) -> dict[str, str]:
    """A shared base, a service built from it, and one that is not."""
    return {
        "base/Dockerfile": f"FROM {SMALL_BASE}\nRUN echo {mark} > /base\n",
        "web/Dockerfile": "FROM common\nCOPY a.txt /\nRUN cat /base /a.txt > /made\n",
        "web/a.txt": "one\n",
        "web/README.md": "no image takes this\n",
        "api/Dockerfile": f"FROM {SMALL_BASE}\nCOPY a.txt /\nRUN echo {mark} && date > /when\n",
        "api/a.txt": "one\n",
        "bakehouse.toml": f'[workspace]\nname = "t{mark[:12]}"\n[services.web]\ncontexts = {{ common = "service:base" }}\n',
    }


def states(run) -> dict[str, str]:
    return {t["id"]: t["state"] for t in run["targets"]}


def verdicts(plan) -> dict[str, str]:
    return {t["id"]: t["verdict"] for t in plan["targets"]}


def build(cli: Cli, *arguments: str, **more):
    return cli.json("build", *arguments, **more)["run"]


def another_machine(cli: Cli, tmp_path, monkeypatch) -> Cli:
    """The same files elsewhere, without history and memory, and without an engine: nothing can be built there."""
    place = tmp_path / "elsewhere"
    shutil.copytree(cli.directory, place, ignore=shutil.ignore_patterns(".bakehouse"))
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/no-engine.sock")
    return Cli(place)


def test_locally_only_what_changed_is_built(small):
    cli = small(fleet(fresh()))
    assert states(build(cli)) == {"api": "done", "base": "done", "web": "done"}
    again = build(cli)
    assert states(again) == {"api": "reused", "base": "reused", "web": "reused"}
    assert all(t["digest"].startswith("sha256:") and t["executed"] == 0 for t in again["targets"])
    (cli.directory / "web/a.txt").write_text("two\n")
    (cli.directory / "web/README.md").write_text("still nobody\n")
    assert verdicts(cli.json("plan")) == {"api": "reuse", "base": "reuse", "web": "build"}
    assert states(build(cli)) == {"api": "reused", "base": "reused", "web": "done"}
    (cli.directory / "web/a.txt").write_text("one\n")
    assert states(build(cli))["web"] == "reused"
    image = f"t{cli.json('plan')['targets'][0]['tags'][0][1:].partition('/')[0]}/web:prod"
    shown = subprocess.run(["docker", "run", "--rm", image, "cat", "/made"], capture_output=True, text=True)
    assert shown.stdout.endswith("one\n")


def test_a_fresh_runner_without_an_engine_builds_nothing(small, tmp_path, monkeypatch):
    cli = small(fleet(fresh()))
    first = build(cli, "--push")
    assert states(first) == {"api": "done", "base": "done", "web": "done"}
    runner = another_machine(cli, tmp_path, monkeypatch)
    second = build(runner, "--push")
    assert second["status"] == "ok"
    assert states(second) == {"api": "reused", "base": "reused", "web": "reused"}
    assert {t["id"]: t["digest"] for t in second["targets"]} == {t["id"]: t["digest"] for t in first["targets"]}


def test_a_new_base_is_taken_by_what_is_built_from_it(small):
    cli = small(fleet(fresh()))
    build(cli, "--push")
    (cli.directory / "base/Dockerfile").write_text(f"FROM {SMALL_BASE}\nRUN echo other-{fresh()} > /base\n")
    assert states(build(cli, "--push")) == {"api": "reused", "base": "done", "web": "done"}


def test_a_service_is_built_from_a_reused_image_on_a_fresh_builder(small, tmp_path):
    """Only the changed one is built; the base comes from the registry, whatever this builder's cache holds."""
    cli = small(fleet(fresh()))
    build(cli, "--push")
    (cli.directory / "web/a.txt").write_text("three\n")
    run = build(cli, "web", "--push")
    assert states(run) == {"base": "reused", "web": "done"}
    body = json.loads(registry.manifest(_tag(cli, "web")).body)
    assert body["manifests"]


def _tag(cli: Cli, service: str) -> str:
    plan = cli.json("plan", "--push")
    return next(t["tags"][0] for t in plan["targets"] if t["id"] == service)


def test_a_moved_release_tag_is_put_back_with_its_attestation(small):
    cli = small(fleet(fresh()))
    first = build(cli, "--push")
    tag, other = _tag(cli, "api"), _tag(cli, "base")
    digest = next(t["digest"] for t in first["targets"] if t["id"] == "api")
    index = registry.manifest(tag)
    assert index.digest == digest
    moved = registry.manifest(f"{tag.rpartition(':')[0]}@{index.json()['manifests'][0]['digest']}")
    registry.put(tag, moved)
    assert registry.manifest_digest(tag) != digest
    assert states(build(cli, "--push"))["api"] == "reused"
    again = registry.manifest(tag)
    assert again.digest == digest
    kinds = [c.get("annotations", {}).get("vnd.docker.reference.type") for c in again.json()["manifests"]]
    assert "attestation-manifest" in kinds
    assert registry.manifest_digest(other)


def test_an_index_of_two_platforms_is_reused_whole(small, tmp_path, monkeypatch):
    mark = fresh()
    cli = small(
        {
            "files/Dockerfile": "FROM scratch\nCOPY a.txt /\n",
            "files/a.txt": f"{mark}\n",
            "bakehouse.toml": f'[workspace]\nname = "t{mark[:12]}"\n[build]\nplatforms = ["linux/amd64", "linux/arm64"]\n',
        }
    )
    (first,) = build(cli, "--push")["targets"]
    runner = another_machine(cli, tmp_path, monkeypatch)
    (second,) = build(runner, "--push")["targets"]
    assert (second["state"], second["digest"]) == ("reused", first["digest"])
    index = registry.manifest(_tag(runner, "files")).json()
    systems = sorted(c["platform"]["architecture"] for c in index["manifests"])
    assert systems == ["amd64", "arm64", "unknown", "unknown"]


def test_an_old_image_is_executed_anew_and_a_second_time_not(small):
    cli = small(fleet(fresh()))
    first = build(cli)
    time.sleep(2.1)
    plan = cli.json("plan", "--max-age", "2s")
    assert set(verdicts(plan).values()) == {"build"}
    second = build(cli, "--max-age", "2s")
    assert all(t["executed"] for t in second["targets"])  # the cache would have given the old image back
    digests = [{t["id"]: t["digest"] for t in run["targets"]} for run in (first, second)]
    assert digests[0]["api"] != digests[1]["api"]
    assert states(build(cli)) == {"api": "reused", "base": "reused", "web": "reused"}


def test_no_reuse_and_rebuild_and_an_unknown_name(small):
    cli = small(fleet(fresh()))
    build(cli)
    assert states(build(cli, "--no-reuse")) == {"api": "done", "base": "done", "web": "done"}
    assert states(build(cli, "--rebuild", "base")) == {"api": "reused", "base": "done", "web": "done"}
    done = cli("build", "--rebuild", "wep", code=2)
    assert "did you mean web?" in done.stderr
    assert "not an age" in cli("build", "--max-age", "soon", code=2).stderr


def test_what_is_edited_during_its_build_is_not_named(small):
    mark = fresh()
    cli = small(
        {
            "api/Dockerfile": f"FROM {SMALL_BASE}\nRUN echo {mark} && sleep 6\nCOPY a.txt /\n",
            "api/a.txt": "one\n",
            "bakehouse.toml": f'[workspace]\nname = "t{mark[:12]}"\n',
        }
    )
    process = cli.start("build", "--progress", "plain", "--no-reuse")
    time.sleep(4)
    (cli.directory / "api/a.txt").write_text("two\n")
    time.sleep(0.2)
    (cli.directory / "api/a.txt").write_text("one\n")  # and back: the content is the same again, the doubt stays
    _, said = process.communicate(timeout=120)
    assert process.returncode == 0, said
    assert "its sources changed during the build" in said
    assert verdicts(cli.json("plan")) == {"api": "build"}
    assert states(build(cli)) == {"api": "done"}
    assert states(build(cli)) == {"api": "reused"}


def test_a_named_context_outside_the_workspace_counts(small, tmp_path):
    mark = fresh()
    (tmp_path / "shared").mkdir()
    (tmp_path / "shared/data.txt").write_text("one\n")
    cli = small(
        {
            "api/Dockerfile": f"FROM {SMALL_BASE}\nCOPY --from=data data.txt /\nLABEL mark={mark}\n",
            "bakehouse.toml": f'[workspace]\nname = "t{mark[:12]}"\n[services.api]\ncontexts = {{ data = "../shared" }}\n',
        }
    )
    assert states(build(cli)) == {"api": "done"}
    assert states(build(cli)) == {"api": "reused"}
    (tmp_path / "shared/data.txt").write_text("two\n")
    assert states(build(cli)) == {"api": "done"}


def test_two_builds_in_one_workspace(small):
    mark = fresh()
    cli = small({"slow/Dockerfile": f"FROM {SMALL_BASE}\nRUN echo {mark} && sleep 8\n"})
    first = cli.start("build", "--progress", "plain")
    time.sleep(3)
    refused = cli("build", "--no-wait", code=2)
    assert f"process {first.pid}" in refused.stderr
    second = cli("build")
    assert f"waiting for another build in this workspace (process {first.pid}" in second.stderr
    assert "reused" in second.stdout
    _, said = first.communicate(timeout=60)
    assert first.returncode == 0, said


def test_a_build_killed_leaves_no_call_behind_for_the_next(small):
    mark = fresh()
    cli = small({"slow/Dockerfile": f"FROM {SMALL_BASE}\nRUN echo {mark} && sleep 12\n"})
    process = cli.start("build", "--progress", "plain")
    time.sleep(4)
    process.kill()
    process.communicate()
    done = cli("build")
    assert done.returncode == 0
    runs = cli.json("history")["runs"]
    assert [r["status"] for r in runs] == ["ok", "interrupted"]
    left = subprocess.run(["pgrep", "-f", f"{cli.directory}/.bakehouse/runs/"], capture_output=True)
    assert left.returncode == 1


def test_ctrl_c_while_waiting_for_the_lock(small):
    cli = small({"slow/Dockerfile": f"FROM {SMALL_BASE}\nRUN echo {fresh()} && sleep 6\n"})
    first = cli.start("build", "--progress", "plain")
    time.sleep(3)
    second = cli.start("build")
    time.sleep(1.5)
    interrupt(second)
    assert second.returncode == 130
    first.communicate(timeout=60)
    assert first.returncode == 0


def test_a_failure_that_may_pass_is_tried_again_and_counted(small):
    mark = fresh()
    flaky = (
        f"FROM {SMALL_BASE}\nRUN --mount=type=cache,id={mark},target=/c [ -e /c/tried ] || "
        f"{{ touch /c/tried; echo {mark}; echo npm error code ECONNRESET; exit 1; }}\n"
    )
    cli = small({"api/Dockerfile": flaky, "bad/Dockerfile": f"FROM {SMALL_BASE}\nRUN echo {mark}; exit 9\n"})
    run = build(cli, code=1)
    assert states(run) == {"api": "done", "bad": "failed"}
    message = next(t["message"] for t in run["targets"] if t["id"] == "api")
    assert message == "after 1 retry (npm lost its connection)"
    again = small({"api/Dockerfile": flaky.replace(mark, fresh())})
    done = again("build", "api", "--retries", "0", code=1)
    assert "FAILED api" in done.stdout


@pytest.mark.parametrize("mode", ["wrong-body", "wrong-digest", "stall", "expired", "broken"])
def test_a_registry_that_lies_stalls_or_refuses_is_never_believed(small, mode, monkeypatch):
    """Its record of the right identity is there; whatever it does, the plan is to build."""
    with serving() as server:
        files = fleet(fresh())
        files["bakehouse.toml"] += f'[registry]\nurl = "{server.name}"\n'
        cli = small(files)
        (target,) = [t for t in cli.json("plan", "api", "--push")["targets"] if t["id"] == "api"]
        repository = target["identity_tag"].removeprefix(f"{server.name}/").rpartition(":")[0]
        digest = server.put_image(repository, "prod", created=_now())
        server.put(repository, target["identity_tag"].rpartition(":")[2], _record(target, digest, server, repository))
        assert verdicts(cli.json("plan", "api", "--push")) == {"api": "reuse"}
        shutil.rmtree(cli.directory / ".bakehouse")
        server.mode = mode
        began = time.monotonic()
        done = cli("plan", "api", "--push")
        assert "reuse:" not in done.stdout.replace("warning: reuse:", "")
        assert "warning: reuse:" in done.stdout
        assert time.monotonic() - began < 30


@pytest.mark.parametrize(("mode", "said"), [("full", "507"), ("read-only", "405"), ("expired", "401")])
def test_a_push_that_the_registry_refuses_fails_and_names_nothing(small, mode, said):
    with serving() as server:
        files = fleet(fresh())
        files["bakehouse.toml"] += f'[registry]\nurl = "{server.name}"\n'
        cli = small(files)
        server.mode = mode
        done = cli("build", "api", "--push", "--retries", "0", code=1)
        assert "FAILED api" in done.stdout
        assert said in done.stdout
        assert not server.manifests
        run = cli.json("history", "latest")["run"]
        assert (run["status"], states(run)) == ("failed", {"api": "failed"})


def _now() -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())


def _record(target, digest, server, repository) -> bytes:
    children = json.loads(server.manifests[repository, "prod"][1])["manifests"]
    notes = {"identity": target["identity"], "image": digest, "built": _now()}
    return json.dumps(
        {"schemaVersion": 2, "manifests": children, "annotations": {f"dev.bakehouse.{k}": v for k, v in notes.items()}}
    ).encode()


def test_several_workspaces_build_side_by_side(tmp_path):
    clis = []
    for name in ("one", "two"):
        mark = fresh()
        place = tmp_path / name
        for path, text in fleet(mark).items():
            (place / path).parent.mkdir(parents=True, exist_ok=True)
            (place / path).write_text(text)
        clis.append(Cli(place))
    running = [cli.start("build", "--no-wait", "--progress", "plain") for cli in clis]
    for process in running:
        _, said = process.communicate(timeout=300)
        assert process.returncode == 0, said
    assert os.environ.get("DOCKER_HOST") is None

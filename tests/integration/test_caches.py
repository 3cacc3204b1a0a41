"""Caches on real BuildKit: one stage executed again, one service's records dropped, damage survived, layers shared."""

import gzip
import json
import os
import shutil
import socket
import subprocess
import time
import uuid
from pathlib import Path

import pytest

from tests.integration.buildkit import free_port, go_program
from tests.integration.conftest import EXAMPLE, SMALL_BASE, Cli

pytestmark = pytest.mark.engine


def stages(mark: str) -> str:
    return (
        f"FROM {SMALL_BASE} AS deps\nCOPY lock /lock\nRUN echo deps-{mark} > /deps\n"
        f"FROM deps AS build\nRUN echo build-{mark} > /out\n"
        f"FROM {SMALL_BASE} AS run\nCOPY --from=build /out /out\nRUN echo run-{mark}\n"
    )


def executed(cli: Cli, *arguments: str) -> dict[str, list[str]]:
    """Target -> stages of the steps that a build executed (merged ones counted once)."""
    run = cli.json("build", *arguments)["run"]
    found: dict[str, list[str]] = {t["id"]: [] for t in run["targets"]}
    for step in run["steps"]:
        if step["outcome"] == "executed" and step["kind"] in ("run", "copy"):
            found[step["target"]].append(step["stage"])
    return found


def test_invalidating_a_stage_executes_that_stage_and_nothing_else(small):
    mark = uuid.uuid4().hex
    files = {f"{n}/{f}": t for n in ("api", "web") for f, t in (("Dockerfile", stages(mark)), ("lock", "1"))}
    cli = small(files)
    cli.json("build")
    assert executed(cli, "--no-reuse") == {"api": [], "web": []}
    assert cli.json("cache", "invalidate", "api:build")["marked"] == ["api:build"]
    assert cli.json("cache", "status")["marked"] == ["api:build"]
    assert executed(cli) == {"api": ["build"], "web": []}
    assert cli.json("cache", "status")["marked"] == []
    assert executed(cli, "--no-reuse") == {"api": [], "web": []}
    cli("cache", "invalidate", "api")
    assert sorted(set(executed(cli)["api"])) == ["build", "deps", "run"]
    assert "did you mean build" in cli("cache", "invalidate", "api:bild", code=2).stderr
    assert "there is no service apy" in cli("cache", "invalidate", "web", "apy", code=2).stderr
    assert cli.json("cache", "status")["marked"] == []


def test_pruning_a_service_drops_what_only_it_uses(small):
    mark, other = uuid.uuid4().hex, uuid.uuid4().hex
    shared = f"FROM {SMALL_BASE} AS deps\nRUN echo shared-{mark}\n"
    cli = small({
        "api/Dockerfile": f"{shared}FROM deps\nRUN echo api-{mark}\n",
        "web/Dockerfile": f"{shared}FROM deps\nRUN echo web-{other}\n",
    })  # fmt: skip
    cli.json("build")
    planned = cli.json("cache", "prune", "--service", "api", "--dry-run")["passes"][0]
    assert [r["description"].split()[-1] for r in planned["records"]] == [f"api-{mark}"]
    assert any("shared with web" in why for why in planned["kept"])
    done = cli.json("cache", "prune", "--service", "api")["passes"][0]
    assert [r["id"] for r in done["records"]] == [r["id"] for r in planned["records"]]
    texts = [r["description"] for r in cli.json("cache", "status")["records"]]
    assert not any(f"api-{mark}" in t for t in texts)
    assert any(f"shared-{mark}" in t for t in texts)
    assert any(f"web-{other}" in t for t in texts)


def test_what_a_running_build_uses_is_not_pruned(small):
    mark = uuid.uuid4().hex
    cli = small({"api/Dockerfile": f"FROM {SMALL_BASE}\nRUN echo first-{mark}\nRUN echo {mark} && sleep 45\n"})
    process = cli.start("build", "--json")
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        found = [r for r in cli.json("cache", "status")["records"] if f"first-{mark}" in r["description"]]
        if found and found[0]["in_use"]:
            break
        time.sleep(0.3)
    pruned = cli.json("cache", "prune", "--service", "api")["passes"][0]
    assert pruned["records"] == []
    assert any("in use" in why for why in pruned["kept"])
    said, errors = process.communicate(timeout=120)
    assert json.loads(said)["run"]["status"] == "ok", errors


HARMS = ("altered", "short", "missing", "index")


def harm(cache: Path, how: str) -> None:
    """Damage a directory of a local cache as a bad disk or a half-done copy does."""
    if how == "index":
        (cache / "index.json").write_text("{")
        return
    blobs = sorted((cache / "blobs" / "sha256").iterdir(), key=lambda p: p.stat().st_size)
    for blob in blobs[:-1]:
        data = blob.read_bytes()
        if data.startswith(b"{"):
            continue  # manifest and configuration stay: BuildKit shall believe the cache
        blob.chmod(0o644)
        if how == "missing":
            blob.unlink()
        else:
            blob.write_bytes(data[:-1] if how == "short" else data[:-1] + bytes([data[-1] ^ 1]))


@pytest.mark.parametrize("how", HARMS)
def test_a_damaged_local_cache_is_found_dropped_and_said(small, how):
    mark = uuid.uuid4().hex
    cli = small({"api/Dockerfile": stages(mark), "api/lock": "1", "bakehouse.toml": '[cache]\nbackend = "local"\n'})
    cli.json("build")
    assert cli.json("cache", "verify")["ok"]
    harm(cli.directory / ".bakehouse" / "cache" / "api", how)
    assert cli.json("cache", "verify", code=1)["stores"][0]["problem"]
    run = cli.json("build", "--no-reuse")["run"]
    assert run["status"] == "ok"
    assert any(n.startswith("damaged cache dropped, built without it: .bakehouse/cache/api") for n in run["notices"])
    assert cli.json("cache", "verify")["ok"]


@pytest.fixture
def remote(daemons, certificates):
    """Makes builders of these names, each a BuildKit daemon of its own with an empty store."""
    certificate, key = certificates.of("client")

    def make(cli: Cli, *names: str) -> None:
        for name in names:
            cli("builder", "create", name, "--driver", "remote", "--node", daemons().address,
                "--ca", str(certificates.ca), "--cert", str(certificate), "--key", str(key))  # fmt: skip

    return make


def alter(blob: Path) -> None:
    data = blob.read_bytes()
    blob.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))


def holds(blob: Path, text: str) -> bool:
    """Whether a layer has a file with that text."""
    data = blob.read_bytes()
    return data.startswith(b"\x1f\x8b") and text.encode() in gzip.decompress(data)


def test_a_damaged_registry_cache_is_found_dropped_and_said(small, remote, registry):
    """The engine cannot be emptied for a test, so builders with an empty store read the cache."""
    mark = uuid.uuid4().hex
    cli = small({
        "api/Dockerfile": stages(mark), "api/lock": "1",
        "bakehouse.toml": f'[cache]\nbackend = "registry"\nref = "{registry.host}/caches"\n',
    })  # fmt: skip
    remote(cli, "one", "two", "three", "four", "five")
    cli.json("build", "--builder", "one")
    (store,) = cli.json("cache", "verify")["stores"]
    assert store["problem"] == ""
    assert store["size"] > 1_000_000
    assert executed(cli, "--builder", "two", "--no-reuse") == {"api": []}, "the registry's cache is not used"

    (own,) = [b for b in registry.blobs() if holds(b, f"build-{mark}")]
    alter(own)
    (target,) = cli.json("build", "--builder", "three", "--no-reuse")["run"]["targets"]
    assert target["state"] == "done"
    assert target["executed"] == 5
    assert "damaged cache dropped" in target["message"]
    assert "another content than its name says" in target["message"]
    assert cli.json("cache", "verify")["ok"]

    # layers of the base image too: BuildKit 0.26 keeps a record of such a layer that it cannot get rid of
    for blob in registry.blobs()[:-1]:
        if blob.read_bytes().startswith(b"\x1f\x8b"):
            alter(blob)
    (target,) = cli.json("build", "--builder", "four,five", "--no-reuse")["run"]["targets"]
    assert target["state"] == "done"
    assert "damaged cache dropped" in target["message"]


def test_two_services_with_one_lock_file_install_once(small, remote, registry):
    node = "FROM node:20-trixie-slim\nWORKDIR /app\nCOPY package.json package-lock.json .npmrc ./\nRUN npm ci --omit=dev\nCOPY main.js ./\n"
    files = {}
    library = EXAMPLE / "libs" / "node-common"
    for name in ("api", "web"):
        files |= {f"{name}/Dockerfile": node, f"{name}/main.js": f"// {name} {uuid.uuid4().hex}\n"}
        files |= {f"{name}/{f}": (library / f).read_text() for f in ("package.json", "package-lock.json", ".npmrc")}
    cli = small(files | {"bakehouse.toml": f'[cache]\nbackend = "registry"\nref = "{registry.host}/caches"\n'})
    remote(cli, "one", "two")

    def installs(run):
        return [s for s in run["steps"] if s["instruction"].startswith("npm ci") or " npm ci" in s["instruction"]]

    run = cli.json("build", "--builder", "one")["run"]
    assert sorted(s["outcome"] for s in installs(run)) == ["deduplicated", "executed"]
    new = cli.directory / "new"
    shutil.copytree(cli.directory / "web", new)
    (new / "main.js").write_text("// a service that nobody built yet\n")
    fresh = cli.json("build", "new", "--builder", "two")["run"]
    assert [s["outcome"] for s in installs(fresh)] == ["cached"]


@pytest.fixture
def bucket(tmp_path, monkeypatch):
    """A bucket on an S3 server of its own (versitygw over a directory); gives the server's address."""
    program = go_program("versitygw")
    (tmp_path / "s3" / "caches").mkdir(parents=True)
    port = free_port()
    keys = {"ROOT_ACCESS_KEY": "test", "ROOT_SECRET_KEY": uuid.uuid4().hex}
    with (tmp_path / "s3.log").open("wb") as log:
        process = subprocess.Popen(
            [program, "--port", f"127.0.0.1:{port}", "posix", tmp_path / "s3"],
            env={**os.environ, **keys}, stdout=log, stderr=log, start_new_session=True,
        )  # fmt: skip
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", keys["ROOT_ACCESS_KEY"])
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", keys["ROOT_SECRET_KEY"])
    for _ in range(100):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                break
        time.sleep(0.1)
    yield f"http://127.0.0.1:{port}"
    process.terminate()
    process.wait(20)


def test_a_cache_in_a_bucket(small, remote, bucket):
    mark = uuid.uuid4().hex
    section = f'[cache]\nbackend = "s3"\nbucket = "caches"\nregion = "us-east-1"\nendpoint = "{bucket}"\n'
    cli = small({"api/Dockerfile": stages(mark), "api/lock": "1", "bakehouse.toml": section})
    assert "s3 does not work with the docker driver" in cli("build", code=2).stderr
    remote(cli, "one", "two")
    assert len(executed(cli, "--builder", "one")["api"]) == 5
    assert executed(cli, "--builder", "two", "--no-reuse") == {"api": []}

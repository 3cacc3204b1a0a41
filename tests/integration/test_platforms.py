"""Both architectures from one plan: index and single tags, a base of one platform only, and images that run."""

import json
import subprocess
import uuid
from pathlib import Path

import pytest

from tests.integration.conftest import REPOSITORY

pytestmark = [pytest.mark.engine, pytest.mark.timeout(1500)]
BOTH = 'platforms = ["linux/amd64", "linux/arm64"]\n'


@pytest.fixture(scope="module")
def emulation():
    """This machine emulates the other architecture, or the test is skipped with the script's reason."""
    done = subprocess.run([REPOSITORY / "scripts" / "engine", "up", "--emulation"], capture_output=True, text=True)
    if done.returncode != 0:
        pytest.skip(f"no emulation: {(done.stderr or done.stdout).strip().splitlines()[-1]}")


def test_a_service_for_both_architectures_is_built_tagged_and_runs(small, registry, emulation):
    mark = uuid.uuid4().hex
    cli = small({
        "api/Dockerfile": "FROM debian:trixie-slim AS build\n"
                          f"RUN i=0; while [ $i -lt 20000 ]; do i=$((i+1)); done; echo {mark} > /made; uname -m >> /made\n"
                          "FROM debian:trixie-slim\nCOPY --from=build /made /made\nCMD [\"cat\", \"/made\"]\n",
        "bakehouse.toml": f'[workspace]\nname = "shop"\n[build]\n{BOTH}[registry]\nurl = "{registry.host}"\n'
                          f'[bases]\nregistry = "{registry.host}"\n',
    })  # fmt: skip
    cli("bases", "bootstrap", "debian:trixie-slim", "--registry", registry.host)
    assert "kept" in cli("bases", "bootstrap", "debian:trixie-slim", "--registry", registry.host).stdout
    found = {p["platform"]: p["how"] for p in cli.json("platforms", "status")["platforms"]}
    assert sorted(found.values()) == ["emulated", "native"]

    done = cli("build", "--push", "--json")
    assert json.loads(done.stdout)["run"]["targets"][0]["state"] == "done"
    index = manifest(registry, "shop/api:prod")
    children = {f"{m['platform']['os']}/{m['platform']['architecture']}": m["digest"] for m in index["manifests"]}
    assert children["linux/amd64"] == registry.digest("shop/api:prod-amd64")
    assert children["linux/arm64"] == registry.digest("shop/api:prod-arm64")

    runs = cli.json("platforms", "test", "--push")["runs"]
    assert {r["platform"]: r["result"] for r in runs} == {"linux/amd64": "ok", "linux/arm64": "ok"}
    wrong = cli.json("platforms", "test", "--push", "--command", "false", code=1)["runs"]
    assert {r["result"] for r in wrong} == {"failed"}
    assert cli.json("plan", "--push")["targets"][0]["verdict"] == "reuse"

    (cost,) = [c for c in cli.json("platforms", "status")["costs"] if c["stage"] == "build"]
    assert cost["emulated"] > 0
    assert cost["native"] > 0
    again = cli("build", "--push", "--no-reuse")
    assert f"{cost['platform']} is emulated on default: its steps took" in again.stderr


def test_arguments_that_differ_by_platform(small, registry):
    """Nothing runs in these images, so nothing is emulated."""
    cli = small({
        "api/Dockerfile": "FROM scratch\nARG FLAVOUR\nARG COMMON\nLABEL flavour=$FLAVOUR common=$COMMON\nCOPY f /\n",
        "api/f": uuid.uuid4().hex,
        "bakehouse.toml": f'[workspace]\nname = "flavours"\n[build]\n{BOTH}[registry]\nurl = "{registry.host}"\n'
                          '[services.api]\nargs = { FLAVOUR = "plain", COMMON = "same" }\n'
                          '[services.api.platform_args."linux/arm64"]\nFLAVOUR = "neon/2;x"\n',
    })  # fmt: skip
    cli("build", "--push")
    labels = {}
    for child in manifest(registry, "flavours/api:prod")["manifests"]:
        if child["platform"]["architecture"] != "unknown":
            config = blob(registry, blob(registry, child["digest"])["config"]["digest"])
            labels[child["platform"]["architecture"]] = config["config"]["Labels"]
    assert labels == {
        "amd64": {"flavour": "plain", "common": "same"},
        "arm64": {"flavour": "neon/2;x", "common": "same"},
    }
    before = cli.json("plan", "--push")["targets"][0]
    assert before["verdict"] == "reuse"
    toml = cli.directory / "bakehouse.toml"
    toml.write_text(toml.read_text().replace("neon/2", "neon/3"))
    after = cli.json("plan", "--push")["targets"][0]
    assert after["verdict"] == "build"
    assert after["identity"] != before["identity"]


def test_a_platform_that_nobody_builds_for_stops_before_anything_starts(small):
    cli = small({"api/Dockerfile": "FROM scratch\nCOPY f /\n", "api/f": "1"})
    said = cli("build", "--platform", "linux/s390x", code=1).stderr
    assert "no builder here builds for linux/s390x" in said
    assert cli.json("platforms", "status", "--platform", "linux/s390x", code=1)["platforms"][0]["how"] == "impossible"
    assert cli.json("history")["runs"] == []


def test_an_image_that_does_not_run_is_found(small):
    cli = small({
        "good/Dockerfile": "FROM debian:trixie-slim\nCMD [\"sleep\", \"600\"]\n",
        "bad/Dockerfile": "FROM debian:trixie-slim\nCMD [\"sh\", \"-c\", \"echo no such luck >&2; exit 3\"]\n",
        "never/Dockerfile": f"FROM debian:trixie-slim\nRUN echo {uuid.uuid4().hex}\n",
    })  # fmt: skip
    cli("build", "good", "bad")
    runs = {r["target"]: r for r in cli.json("platforms", "test", "--seconds", "3", code=1)["runs"]}
    assert runs["good"]["result"] == "ok"
    assert runs["bad"]["result"] == "failed"
    assert "code 3: no such luck" in runs["bad"]["said"]
    assert runs["never"]["result"] == "missing"


def manifest(registry, path: str) -> dict:
    revision = registry.digest(path)
    assert revision, path
    return blob(registry, revision)


def blob(registry, digest: str) -> dict:
    name = digest.removeprefix("sha256:")
    return json.loads(Path(registry.data / "docker/registry/v2/blobs/sha256" / name[:2] / name / "data").read_bytes())

"""Several real BuildKit daemons with TLS: made, asked, shared by one run, and one of them killed in mid-build."""

import json
import time
import uuid

import pytest

from tests.integration.conftest import SMALL_BASE

pytestmark = pytest.mark.engine


@pytest.fixture
def tls(certificates):
    certificate, key = certificates.of("client")
    return ("--ca", str(certificates.ca), "--cert", str(certificate), "--key", str(key))


def slow(name: str, seconds: int) -> str:
    mark = f"{name}-{uuid.uuid4().hex}"
    return f"FROM {SMALL_BASE}\nRUN echo {mark} && i=0; while [ $i -lt {seconds} ]; do sleep 1; i=$((i+1)); done\n"


def test_builders_are_made_chosen_asked_and_removed(small, daemons, tls, certificates):
    cli = small({"api/Dockerfile": slow("api", 0), "bakehouse.toml": "# ours\n[build]\n"})
    daemon = daemons()
    made = cli.json("builder", "create", "one", "--driver", "remote", "--node", daemon.address, *tls)
    assert made["builder"]["nodes"][0]["status"] == "running"
    cli("builder", "use", "one")
    assert (cli.directory / "bakehouse.toml").read_text() == '# ours\n[build]\n\n[builder]\nname = "one"\n'
    status = cli.json("builder", "status")
    assert status["ok"]
    (health,) = status["builders"]
    assert "linux/amd64" in health["native"] or "linux/arm64" in health["native"]
    assert cli.json("build")["run"]["builder"] == "one"
    assert "builds on one" in cli("builder", "rm", "one", code=2).stderr
    daemon.kill()
    assert cli.json("builder", "status", code=1)["builders"][0]["trouble"]
    lost = cli("build", "--no-reuse", code=1)
    assert "no builder is left" in lost.stderr
    assert "one:" in lost.stderr
    cli("builder", "rm", "one", "--force")
    assert "there is no builder one" in cli("builder", "rm", "one", code=2).stderr


def test_without_its_certificate_nothing_is_made(small, daemons, certificates):
    cli = small({"api/Dockerfile": slow("api", 0)})
    daemon = daemons()
    said = cli(
        "builder", "create", "no", "--driver", "remote", "--node", daemon.address, "--ca", str(certificates.ca), code=1
    )
    assert "no does not" in said.stderr
    assert [b["name"] for b in cli.json("builder", "ls")["builders"]] == ["default"]


@pytest.mark.parametrize("how", ["dies", "hangs"])
def test_targets_of_a_builder_that_is_lost_run_elsewhere(small, daemons, tls, how):
    services = {f"s{i}/Dockerfile": slow(f"s{i}", 8) for i in range(4)}
    cli = small({**services, "bakehouse.toml": "[builder.capacity]\none = 2\ntwo = 2\n"})
    one, two = daemons(), daemons()
    cli("builder", "create", "one", "--driver", "remote", "--node", one.address, *tls)
    cli("builder", "create", "two", "--driver", "remote", "--node", two.address, *tls)
    cli("builder", "use", "one", "two")
    process = cli.start("build", "--json")
    deadline = time.monotonic() + 60
    work: dict = {}
    while time.monotonic() < deadline:
        status = cli.json("builder", "status", code=None)
        work = {h["name"]: h["use"]["running"] for h in status["builders"] if h["use"]}
        if status["at_work"] and all(len(work.get(n, ())) == 2 for n in ("one", "two")):
            break
        time.sleep(0.3)
    assert sorted(work["one"] + work["two"]) == ["s0", "s1", "s2", "s3"]
    time.sleep(3)
    one.kill() if how == "dies" else one.freeze()
    said, errors = process.communicate(timeout=300)
    assert process.returncode == 0, errors
    run = json.loads(said)["run"]
    assert {t["id"]: t["state"] for t in run["targets"]} == {f"s{i}": "done" for i in range(4)}
    moved = [t["id"] for t in run["targets"] if "one is lost" in t["message"]]
    assert sorted(moved) == sorted(work["one"])
    after = {h["name"]: h["use"] for h in cli.json("builder", "status", code=1)["builders"]}
    one.kill()
    assert after["one"]["lost"]
    assert after["two"]["calls"] == 4
    assert 0 < after["two"]["utilisation"] <= 1

"""The example monorepo, whole: built, small enough, non-root, healthy together, and a quote on its way."""

import json
import subprocess
import time
import urllib.request

import pytest

from tests.integration.conftest import EXAMPLE

pytestmark = pytest.mark.engine

HAVE = ("done", "reused")


@pytest.fixture(scope="module")
def built(example):
    """All services of the example, built by the real command."""
    return example.json("build")["run"]


def test_every_service_is_built_and_only_what_cannot_be_had_is_skipped(built):
    states = {t["service"]: t["state"] for t in built["targets"]}
    assert len(states) >= 14
    assert {s for s, state in states.items() if state not in HAVE} <= {"grafana"}
    assert states["grafana"] in (*HAVE, "skipped")


def test_the_second_build_builds_nothing(example, built):
    again = example.json("build")["run"]
    assert again["status"] == "ok"
    assert {t["state"] for t in again["targets"]} <= {"reused", "skipped"}
    digests = {t["id"]: t["digest"] for t in built["targets"]}
    assert {t["id"]: t["digest"] for t in again["targets"]} == digests


def test_without_reuse_the_second_build_executes_no_step(example, built):
    example("build", "--no-reuse")  # what was reused so far need not be in BuildKit's cache
    again = example.json("build", "--no-reuse")["run"]
    assert again["status"] == "ok"
    assert sum(t["executed"] for t in again["targets"]) == 0


def test_no_prod_image_runs_as_root(built):
    for target in built["targets"]:
        if target["state"] not in HAVE:
            continue
        image = f"tradingsystem/{target['service']}:prod"
        user = subprocess.run(
            ["docker", "image", "inspect", "--format", "{{.Config.User}}", image], capture_output=True, text=True
        ).stdout.strip()
        assert user.partition(":")[0] not in ("", "0", "root"), image


def test_no_image_holds_the_hosts_certificates(built):
    """The CA bundle is a secret mount: neither file nor environment of an image knows of it."""
    for target in built["targets"]:
        if target["state"] not in HAVE:
            continue
        image = f"tradingsystem/{target['service']}:prod"
        config = subprocess.run(
            ["docker", "image", "inspect", "--format", "{{json .Config}}", image], capture_output=True, text=True
        ).stdout
        assert "bakehouse-ca" not in config, image


@pytest.fixture(scope="module")
def system(built):
    """The whole system, started by compose from the images just built."""
    up = ["docker", "compose", "up", "-d", "--no-build", "--wait", "--wait-timeout", "300"]
    started = subprocess.run(up, cwd=EXAMPLE, capture_output=True, text=True, env=None)
    try:
        assert started.returncode == 0, _why(started.stderr)
        yield "http://127.0.0.1:8080"
    finally:
        subprocess.run(["docker", "compose", "down", "-v", "-t", "5"], cwd=EXAMPLE, capture_output=True)


def _why(said: str) -> str:
    logs = subprocess.run(["docker", "compose", "logs", "--tail", "15"], cwd=EXAMPLE, capture_output=True, text=True)
    return f"{said[-2000:]}\n{logs.stdout[-8000:]}"


def _get(url: str):
    with urllib.request.urlopen(url, timeout=10) as answer:
        return json.load(answer)


def test_a_quote_flows_from_the_feed_to_the_dashboards_api(system):
    deadline = time.monotonic() + 60
    quotes = []
    while time.monotonic() < deadline and not quotes:
        body = _get(f"{system}/api/market/quotes/latest")
        quotes = body["quotes"] if isinstance(body, dict) else body
        time.sleep(1)
    assert quotes
    assert {"ticker", "price"} <= quotes[0].keys()


def test_the_launcher_sees_the_others_healthy(system):
    body = _get(f"{system}/api/launcher/health/all")
    assert "ok" in json.dumps(body)


def test_the_dashboard_is_compressed_and_cached_as_promised(system):
    page = urllib.request.urlopen(f"{system}/", timeout=10)
    assert "no-cache" in page.headers["Cache-Control"]
    html = page.read().decode()
    asset = html.split('src="/assets/', 1)[1].split('"', 1)[0]
    request = urllib.request.Request(f"{system}/assets/{asset}", headers={"Accept-Encoding": "br"})
    answer = urllib.request.urlopen(request, timeout=10)
    assert "immutable" in answer.headers["Cache-Control"]
    assert answer.headers["Content-Encoding"] == "br"

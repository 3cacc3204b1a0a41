"""scripts/engine against the engine that runs on this machine: what it reports is true, and `up` twice changes nothing.

In:  an engine and a registry brought up by `scripts/engine up`. Out: nothing is stopped or removed here.
"""

import base64
import json
import os
import re
import stat
import subprocess
import urllib.error
import urllib.request
from pathlib import Path

import pytest

pytestmark = [pytest.mark.engine, pytest.mark.timeout(180)]

SCRIPT = Path(__file__).parents[2] / "scripts" / "engine"


def engine(*args: str, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([SCRIPT, *args], capture_output=True, text=True, timeout=170, env={**os.environ, **env})


def docker(*args: str) -> str:
    done = subprocess.run(["docker", *args], capture_output=True, text=True, timeout=60, check=True)
    return done.stdout.strip()


def status() -> dict:
    done = engine("status", "--json")
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads(done.stdout)


def process_starts() -> list[tuple[int, str]]:
    """Pid and start time of every dockerd and registry that works for us."""
    found = []
    for name in ("dockerd", "registry"):
        file = Path(status()["home"], f"{name}.pid")
        if file.exists():
            pid = int(file.read_text())
            found.append((pid, Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[19]))
    return found


def http_code(address: str) -> int:
    try:
        with urllib.request.urlopen(f"http://{address}/v2/", timeout=10) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code


def delete_manifest(address: str, name: str, digest: str) -> int:
    """The registry's answer to a DELETE with the generated credentials."""
    pair = Path(status()["home"], "registry", "credentials").read_bytes()
    request = urllib.request.Request(
        f"http://{address}/v2/{name}/manifests/{digest}",
        method="DELETE",
        headers={"Authorization": "Basic " + base64.b64encode(pair).decode()},
    )
    with urllib.request.urlopen(request, timeout=10) as answer:
        return answer.status


def test_status_agrees_with_docker() -> None:
    told = status()
    assert told["ok"] is True
    assert told["problems"] == []
    assert told["engine"]["version"] == docker("version", "--format", "{{.Server.Version}}")
    assert told["engine"]["storage_driver"] == docker("info", "--format", "{{.Driver}}")
    assert told["engine"]["data_root"] == docker("info", "--format", "{{.DockerRootDir}}")
    assert told["client"]["buildx"] in docker("buildx", "version")
    snapshotter = "io.containerd.snapshotter" in docker("info", "--format", "{{.DriverStatus}}")
    assert told["engine"]["containerd_store"] is snapshotter
    assert told["disk_free_bytes"] > 0


def test_our_engine_keeps_thirty_days_and_ten_gigabytes_as_two_rules() -> None:
    told = status()
    if told["engine"]["owner"] != "bakehouse":
        pytest.skip("the engine is the host's own; its policy is not ours to set")
    by_age, by_size = told["engine"]["gc_policy"]
    assert "Keep Duration: 720h" in by_age
    assert not re.search(r"(Bytes|Space): [1-9]", by_age)
    assert re.search(r"(Keep Bytes|Max Used Space): 9\.313GiB", by_size)
    assert "Duration" not in by_size


def test_registry_wants_the_password_and_docker_has_it(tmp_path: Path) -> None:
    address = status()["registry"]["address"]
    assert http_code(address) == 401
    (tmp_path / "Dockerfile").write_text("FROM scratch\nCOPY note /\n")
    (tmp_path / "note").write_text("pushed by test_engine_script\n")
    tag = f"{address}/bakehouse-test/engine:1"
    docker("buildx", "build", "-q", "--push", "-t", tag, str(tmp_path))
    inspected = docker("buildx", "imagetools", "inspect", tag)
    digest = re.search(r"^Digest: +(sha256:[0-9a-f]{64})$", inspected, re.MULTILINE)
    assert digest, inspected
    assert delete_manifest(address, "bakehouse-test/engine", digest[1]) == 202
    gone = subprocess.run(["docker", "buildx", "imagetools", "inspect", tag], capture_output=True, timeout=60)
    assert gone.returncode != 0
    docker("image", "rm", tag)


def test_second_up_changes_nothing() -> None:
    before, starts = status(), process_starts()
    done = engine("up")
    assert done.returncode == 0, done.stderr
    after = status()
    assert process_starts() == starts
    assert "installing" not in done.stdout
    assert "starting" not in done.stdout
    for told in (before, after):
        del told["disk_free_bytes"]
    assert after == before


def test_two_ups_at_once_leave_one_engine() -> None:
    starts = process_starts()
    running = [
        subprocess.Popen([SCRIPT, "up"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(2)
    ]
    for process in running:
        out, err = process.communicate(timeout=170)
        assert process.returncode == 0, out + err
    assert process_starts() == starts


def test_credentials_are_private_and_outside_the_repo() -> None:
    home = Path(status()["home"])
    credentials = home / "registry" / "credentials"
    assert SCRIPT.parents[1] not in credentials.parents
    for secret in (credentials, home / "registry" / "htpasswd"):
        assert stat.S_IMODE(secret.stat().st_mode) == 0o600
    assert "$2y$" in (home / "registry" / "htpasswd").read_text()


def test_down_of_another_home_stops_nothing(tmp_path: Path) -> None:
    starts = process_starts()
    # Pid files that name a stranger: this very test.
    for name in ("dockerd", "registry"):
        (tmp_path / f"{name}.pid").write_text(str(os.getpid()))
    done = engine("down", BAKEHOUSE_ENGINE_HOME=str(tmp_path))
    assert done.returncode == 0, done.stderr
    assert process_starts() == starts
    refused = engine("down", "--purge", BAKEHOUSE_ENGINE_HOME=str(tmp_path))
    assert refused.returncode == 2
    assert "was not made by scripts/engine" in refused.stderr
    assert tmp_path.exists()
    # Even a home that is ours must leave the login of another home's registry alone.
    (tmp_path / ".bakehouse-engine").touch()
    assert engine("down", "--purge", BAKEHOUSE_ENGINE_HOME=str(tmp_path)).returncode == 0
    assert not tmp_path.exists()
    assert status()["registry"]["logged_in"] is True


def test_status_of_a_home_without_registry_says_what_to_do(tmp_path: Path) -> None:
    done = engine("status", "--json", BAKEHOUSE_ENGINE_HOME=str(tmp_path / "none"))
    told = json.loads(done.stdout)
    assert done.returncode == 1
    assert told["ok"] is False
    assert any("run scripts/engine up" in line for line in told["problems"])
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize(
    ("args", "env", "message"),
    [
        (("frob",), {}, "usage:"),
        (("up", "now"), {}, "usage:"),
        (("up",), {"BAKEHOUSE_REGISTRY_PORT": "five"}, "must be a number"),
        (("up",), {"BAKEHOUSE_REGISTRY": "pod"}, "process or container"),
        (("status",), {"BAKEHOUSE_ENGINE_HOME": "here"}, "absolute path"),
        (("up",), {"DOCKER_HOST": "tcp://127.0.0.1:9"}, "DOCKER_HOST is set"),
    ],
)
def test_wrong_use_exits_2_and_says_why(args: tuple[str, ...], env: dict[str, str], message: str) -> None:
    done = engine(*args, **env)
    assert done.returncode == 2
    assert message in done.stderr

"""Doctor: facts in, checks out; the registry probe against a real HTTP server; the whole verb on the real engine."""

import base64
import dataclasses
import json
import os
import threading
import time
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from bakehouse import config
from bakehouse.build import version_gates
from bakehouse.build.diagnose import CHECKS, Status, diagnose
from bakehouse.build.machine_facts import EngineInfo, Facts, emulators, memory_available, parse_info
from bakehouse.build.registry_probe import Login, RegistryState, probe
from bakehouse.cli.doctor import describe
from bakehouse.cli.main import run_cli
from bakehouse.errors import EngineError
from bakehouse.model.builder import Builder, BuilderNode, GcRule

GB = 10**9
RULES = (GcRule(all=True, max_age=2_592_000, max_bytes=0), GcRule(all=True, max_age=0, max_bytes=10 * GB))
WELL = Facts(
    engine=EngineInfo(
        version="26.1.5",
        storage_driver="overlayfs",
        containerd_store=True,
        root="/data",
        cores=2,
        memory=8 * GB,
        os="Debian",
        architecture="x86_64",
    ),
    buildx="github.com/docker/buildx 0.13.1+ds1 0.13.1+ds1-3",
    builders=(
        Builder(
            name="default",
            driver="docker",
            current=True,
            nodes=(BuilderNode(name="default", endpoint="default", status="running", gc=RULES),),
        ),
    ),
    compose="2.26.1",
    git="git version 2.39.5",
    registry=RegistryState(host="localhost:5000", login=Login.ACCEPTED),
    disk_free=50 * GB,
    disk_total=100 * GB,
    memory_available=4 * GB,
)


def check(name, settings=None, **changes):
    settings = settings or config.Config()
    found = diagnose(dataclasses.replace(WELL, **changes), settings)
    return next(c for c in found.checks if c.name == name)


def test_a_machine_that_has_everything_is_well():
    found = diagnose(WELL, config.Config())
    assert found.ok
    assert {c.status for c in found.checks} == {Status.OK}
    assert len({c.name for c in found.checks}) == len(CHECKS)


def test_several_builders_are_judged_together():
    def node(name, status):
        return Builder(
            name=name, driver="remote", current=False, nodes=(BuilderNode(name=name, endpoint="e", status=status),)
        )

    both = config.Config(builder=config.BuilderSection(nodes=("one", "two")))
    up, down = node("one", "running"), node("two", "inactive")
    assert check("builder", both, builders=(up, node("two", "running"))).status is Status.OK
    half = check("builder", both, builders=(up, down))
    assert (half.status, half.found) == (Status.WARN, "one answers, two does not answer (inactive)")
    assert check("builder", both, builders=(node("one", "inactive"), down)).status is Status.FAIL
    assert "create two" in check("builder", both, builders=(up,)).remedy


def test_every_problem_has_a_remedy_and_an_empty_machine_no_traceback():
    found = diagnose(Facts(), config.Config())
    assert not found.ok
    assert all(c.remedy for c in found.checks if c.status is not Status.OK)
    assert all(len(line) <= 80 for line in describe(found, verbose=True))


@pytest.mark.parametrize(
    ("name", "changes", "status"),
    [
        ("engine", {"engine": None}, Status.FAIL),
        ("image store", {"engine": dataclasses.replace(WELL.engine, containerd_store=False)}, Status.WARN),
        ("buildx", {"buildx": None}, Status.FAIL),
        ("buildx", {"buildx": "github.com/docker/buildx v0.12.1 30feaa1"}, Status.FAIL),
        ("buildx", {"buildx": "github.com/docker/buildx v0.29.1 a32761a"}, Status.OK),
        ("builder", {"builders": ()}, Status.FAIL),
        ("cache policy", {"builders": (dataclasses.replace(WELL.builders[0], nodes=()),)}, Status.WARN),
        ("registry", {"registry": RegistryState(host="h", login=Login.REFUSED)}, Status.WARN),
        ("registry", {"registry": RegistryState(host="h", login=None, detail="refused")}, Status.WARN),
        ("disk", {"disk_free": 5 * GB}, Status.WARN),
        ("disk", {"disk_free": GB // 2}, Status.FAIL),
        ("memory", {"engine": dataclasses.replace(WELL.engine, memory=GB)}, Status.WARN),
        ("extra CA", {"errors": {"extra_ca": "cannot be read"}}, Status.FAIL),
        ("git", {"git": None}, Status.WARN),
    ],
)
def test_one_fact_changes_one_check(name, changes, status):
    assert check(name, **changes).status is status


def test_a_registry_without_login_fails_only_who_pushes(tmp_path):
    (tmp_path / "bakehouse.toml").write_text("[registry]\npush = true\n")
    missing = RegistryState(host="localhost:5000", login=Login.MISSING)
    found = check("registry", config.load(tmp_path, env={}), registry=missing)
    assert (found.status, found.remedy) == (Status.FAIL, "docker login localhost:5000")


def test_a_platform_asked_for_needs_an_emulator_with_flag_f(tmp_path):
    (tmp_path / "bakehouse.toml").write_text('[build]\nplatforms = ["linux/amd64", "linux/riscv64"]\n')
    settings = config.load(tmp_path, env={})
    assert check("emulation", settings).status is Status.FAIL
    registry = tmp_path / "binfmt"
    registry.mkdir()
    entry = registry / "qemu-riscv64"
    entry.write_text("enabled\ninterpreter /usr/libexec/qemu-binfmt/riscv64-binfmt-P\nflags: PF\noffset 0\n")
    assert check("emulation", settings, emulators=emulators(registry)).status is Status.OK
    entry.write_text("enabled\ninterpreter /usr/bin/qemu\nflags: P\n")
    assert check("emulation", settings, emulators=emulators(registry)).status is Status.FAIL
    assert check("emulation", emulators=emulators(registry)).status is Status.WARN


def test_what_buildx_lacks_comes_from_the_table():
    details = check("buildx").details
    assert any("buildx history (from 0.20)" in line for line in details)
    assert version_gates.lacking("buildx", (99, 0, 0)) == ()


@pytest.mark.parametrize(
    ("text", "version"),
    [
        ("github.com/docker/buildx v0.29.1 a32761a", (0, 29, 1)),
        ("github.com/docker/buildx 0.13.1+ds1 0.13.1+ds1-3", (0, 13, 1)),
        ("v0.17", (0, 17, 0)),
        ("v0.0.0+unknown", None),
        ("", None),
    ],
)
def test_versions(text, version):
    assert version_gates.parse_version(text) == version


def test_docker_info_without_a_server_is_an_engine_error():
    with pytest.raises(EngineError, match="Cannot connect"):
        parse_info('{"ServerErrors": ["Cannot connect to the Docker daemon"]}')
    with pytest.raises(EngineError):
        parse_info("")


def test_memory(tmp_path):
    (tmp_path / "meminfo").write_text("MemTotal: 4 kB\nMemAvailable:   2 kB\n")
    assert memory_available(tmp_path / "meminfo") == 2048
    assert memory_available(tmp_path / "none") is None


class _Registry(BaseHTTPRequestHandler):
    """Wants user:right; /token stands for a token service that wants the same."""

    challenge = 'Basic realm="r"'

    def do_GET(self):
        right = self.headers.get("Authorization") == "Basic " + base64.b64encode(b"user:right").decode()
        self.send_response(200 if right else 401)
        if not right:
            self.send_header("WWW-Authenticate", self.challenge.format(host=self.headers["Host"]))
        self.end_headers()

    def log_message(self, *args):
        pass


@pytest.mark.parametrize("challenge", ['Basic realm="r"', 'Bearer realm="http://{host}/token",service="s"'])
def test_the_probe_uses_dockers_credential_store(tmp_path, monkeypatch, challenge):
    handler = type("Handler", (_Registry,), {"challenge": challenge})
    server = HTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    host = f"127.0.0.1:{server.server_port}"
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))

    def log_in(password):
        auth = base64.b64encode(f"user:{password}".encode()).decode()
        (tmp_path / "config.json").write_text(json.dumps({"auths": {host: {"auth": auth}}}))

    try:
        assert probe(host).login is Login.MISSING
        log_in("wrong")
        assert probe(host).login is Login.REFUSED
        log_in("right")
        assert probe(f"http://{host}/team").login is Login.ACCEPTED
        helper = tmp_path / "docker-credential-bakehousetest"
        helper.write_text('#!/bin/sh\necho \'{"Username": "user", "Secret": "right"}\'\n')
        helper.chmod(0o755)
        monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
        (tmp_path / "config.json").write_text(json.dumps({"credHelpers": {host: "bakehousetest"}}))
        assert probe(host).login is Login.ACCEPTED
    finally:
        server.shutdown()
        server.server_close()
    assert probe(host, timeout=2).login is None


@pytest.mark.engine
def test_doctor_on_the_real_engine(tmp_path, capsys):
    started = time.monotonic()
    code = run_cli(["doctor", "--json", "-C", str(tmp_path)])
    seconds = time.monotonic() - started
    body = json.loads(capsys.readouterr().out)
    assert body["schema"] == "bakehouse.doctor/1"
    assert code == (0 if body["ok"] else 1)
    by_name = {c["name"]: c for c in body["checks"]}
    for name in ("engine", "buildx", "builder"):
        assert by_name[name]["status"] == "ok", by_name[name]
    assert seconds < 10  # each question has a limit of its own; far above the usual time

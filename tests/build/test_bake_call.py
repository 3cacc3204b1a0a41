"""One engine call, with a program of our own in the place of the docker client."""

import time
from pathlib import Path

import pytest

from bakehouse.build.bake_call import BakeCall, digests
from bakehouse.build.schedule import Call
from bakehouse.model.plan import Target


@pytest.fixture
def client(tmp_path, monkeypatch):
    """Makes `docker` a shell script."""

    def make(script: str) -> BakeCall:
        program = tmp_path / "docker"
        program.write_text(f"#!/bin/sh\n{script}\n")
        program.chmod(0o755)
        monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
        target = Target(id="api", service="api", variant="prod", context=tmp_path, dockerfile=tmp_path / "Dockerfile")
        return BakeCall(Call((target,)), 1, tmp_path / "bake.json", tmp_path, None, no_cache=False)

    return make


def test_a_call_stopped_before_it_started_ends_at_once(client):
    call = client("exec sleep 30")
    call.interrupt()
    began = time.monotonic()
    result = call.run(lambda event: None)
    assert time.monotonic() - began < 10
    assert result.blame is not None


def test_what_is_said_of_a_failure_is_the_clients_word_where_no_step_failed(client):
    result = client("echo 'ERROR: failed to solve: TLS handshake timeout' >&2; exit 1").run(lambda event: None)
    assert "TLS handshake timeout" in result.said
    assert result.blame.targets == {"api"}


def test_an_engine_call_inherits_the_descriptors_it_is_told_to(client, tmp_path):
    with (tmp_path / "held").open("w") as held:
        call = client(f"test -e /proc/self/fd/{held.fileno()}")
        call.keep_open = (held.fileno(),)
        assert call.run(lambda event: None).blame is None
        call.keep_open = ()
        assert call.run(lambda event: None).blame is not None


@pytest.mark.parametrize("text", ["", "{", "[]", '{"api": 1}', '{"api": {"containerimage.digest": 5}}'])
def test_metadata_that_says_no_digest(tmp_path: Path, text):
    (tmp_path / "m.json").write_text(text)
    assert digests(tmp_path / "m.json") == {}
    assert digests(tmp_path / "gone.json") == {}

"""Argv and sources of the Debian root file system."""

from pathlib import Path

import pytest

from bakehouse.errors import ToolError, ToolMissingError
from bakehouse.tools import mmdebstrap

LISTING = """\
http://mirror.example/debian/|Debian
http://mirror.example/debian/|Debian
http://security.example/debian-security/|Debian-Security
https://node.example/node_20.x/|nodistro
"""


def test_sources_are_this_machines_own_mirrors():
    assert mmdebstrap.sources("trixie", LISTING) == (
        "deb http://mirror.example/debian trixie main",
        "deb http://mirror.example/debian trixie-updates main",
        "deb http://security.example/debian-security trixie-security main",
    )


def test_no_security_mirror_no_security_line():
    assert len(mmdebstrap.sources("trixie", "http://m.example/debian|Debian\n")) == 2


@pytest.mark.parametrize("listing", ["", "garbage", "http://m.example/ubuntu|Ubuntu\n", "file:/srv/debian|Debian\n"])
def test_without_a_debian_mirror_the_tools_default_holds(listing):
    assert mmdebstrap.sources("trixie", listing) == ()


def test_argv_names_suite_target_and_sources_last():
    argv = mmdebstrap.bootstrap("trixie", Path("/t/rootfs.tar"), ("deb http://m.example/debian trixie main",))
    assert argv[0] == "mmdebstrap"
    assert argv[-3:] == ("trixie", "/t/rootfs.tar", "deb http://m.example/debian trixie main")
    assert "--variant=minbase" in argv
    assert "--include=ca-certificates,netbase,tzdata" in argv
    assert "--dpkgopt=path-include=/usr/share/doc/*/copyright" in argv  # licences must stay


def _fake(directory: Path, name: str, body: str) -> None:
    file = directory / name
    file.write_text(f"#!/bin/sh\n{body}\n")
    file.chmod(0o755)


@pytest.fixture
def machine(tmp_path, monkeypatch):
    """A PATH with nothing but what a test puts there, and archive keys."""
    (tmp_path / "bin").mkdir()
    (tmp_path / "keys.gpg").write_bytes(b"")
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setattr(mmdebstrap, "KEYRING", tmp_path / "keys.gpg")
    return tmp_path


def test_missing_keys_say_what_to_install(machine, monkeypatch):
    monkeypatch.setattr(mmdebstrap, "KEYRING", machine / "none.gpg")
    with pytest.raises(ToolMissingError, match="archive keys") as caught:
        mmdebstrap.make(machine / "rootfs.tar", suite="trixie")
    assert "debian-archive-keyring" in caught.value.hint


def test_missing_mmdebstrap_says_what_to_install(machine):
    with pytest.raises(ToolMissingError, match="mmdebstrap is not installed") as caught:
        mmdebstrap.make(machine / "rootfs.tar", suite="trixie")
    assert "apt-get install mmdebstrap" in caught.value.hint


def test_failure_keeps_the_tools_words(machine):
    _fake(machine / "bin", "mmdebstrap", "echo 'E: unable to fetch' >&2; exit 25")
    with pytest.raises(ToolError, match="E: unable to fetch") as caught:
        mmdebstrap.make(machine / "rootfs.tar", suite="trixie")
    assert caught.value.returncode == 25
    assert "mirror" in caught.value.hint

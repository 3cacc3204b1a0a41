"""Standalone BuildKit daemons for the tests: built from the Go module, each with a root and a port of its own, TLS.

They use the host's network, so that the engine's docker0 stays as it is. What a killed one leaves mounted is unmounted.
"""

import os
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path

import pytest

VERSION = "v0.26.3"
PROGRAMS = {
    "buildkitd": ("github.com/moby/buildkit", VERSION, "github.com/moby/buildkit/cmd/buildkitd"),
    "versitygw": ("github.com/versity/versitygw", "v1.8.0", "github.com/versity/versitygw/cmd/versitygw"),
}


def go_program(name: str) -> Path:
    """A program of a Go module, built once and kept in the user's cache directory; the test is skipped without Go."""
    module, version, package = PROGRAMS[name]
    home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "bakehouse-tests" / f"{name}-{version}"
    program = home / name
    if program.is_file():
        return program
    if shutil.which("go") is None:
        pytest.skip(f"Go is not installed: no {name}")
    home.mkdir(parents=True, exist_ok=True)
    source = home / "source"
    source.mkdir(exist_ok=True)
    env = {**os.environ, "GOFLAGS": "-mod=mod", "GOBIN": str(home)}
    if not (source / "go.mod").exists():
        _go(["go", "mod", "init", "bakehouse.invalid/tests"], source, env)
    _go(["go", "get", f"{module}@{version}"], source, env)
    _go(["go", "install", package], source, env)
    return program


def _go(argv, cwd, env):
    done = subprocess.run(argv, cwd=cwd, env=env, capture_output=True, text=True, timeout=1200)
    assert done.returncode == 0, f"{argv}: {done.stderr[-3000:]}"


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


class Certificates:
    """An authority, a server certificate for localhost, and a client certificate."""

    def __init__(self, directory: Path) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        self.directory = directory
        self.ca, self.ca_key = directory / "ca.pem", directory / "ca.key"
        self._openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=test authority",
                      "-keyout", self.ca_key, "-out", self.ca)  # fmt: skip
        (directory / "names").write_text("subjectAltName=DNS:localhost,IP:127.0.0.1\n")
        for name in ("server", "client"):
            self._openssl("req", "-newkey", "rsa:2048", "-nodes", "-subj", f"/CN={name}",
                          "-keyout", directory / f"{name}.key", "-out", directory / f"{name}.csr")  # fmt: skip
            self._openssl("x509", "-req", "-in", directory / f"{name}.csr", "-CA", self.ca, "-CAkey", self.ca_key,
                          "-CAcreateserial", "-days", "2", "-extfile", directory / "names",
                          "-out", directory / f"{name}.pem")  # fmt: skip

    def of(self, name: str) -> tuple[Path, Path]:
        return self.directory / f"{name}.pem", self.directory / f"{name}.key"

    def _openssl(self, *argv) -> None:
        subprocess.run(["openssl", *map(str, argv)], check=True, capture_output=True)


class Daemon:
    """One buildkitd: started anew as often as wanted, on the same port."""

    def __init__(self, program: Path, root: Path, certificates: Certificates) -> None:
        self.root = root
        self.address = f"tcp://127.0.0.1:{free_port()}"
        self._program = program
        self._certificates = certificates
        self.process: subprocess.Popen | None = None

    def start(self) -> None:
        certificate, key = self._certificates.of("server")
        self.root.mkdir(parents=True, exist_ok=True)
        with (self.root.parent / f"{self.root.name}.log").open("ab") as log:
            self.process = subprocess.Popen(
                [self._program, "--root", self.root, "--addr", self.address,
                 "--otel-socket-path", self.root / "otel.sock",
                 "--tlscert", certificate, "--tlskey", key, "--tlscacert", self._certificates.ca,
                 "--oci-worker=true", "--containerd-worker=false", "--oci-worker-net=host"],
                stdout=log, stderr=log, stdin=subprocess.DEVNULL, start_new_session=True,
            )  # fmt: skip
        host, _, port = self.address.removeprefix("tcp://").partition(":")
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            assert self.process.poll() is None, "buildkitd ended: see its log"
            with socket.socket() as probe:
                if probe.connect_ex((host, int(port))) == 0:
                    return
            time.sleep(0.1)
        raise AssertionError("buildkitd does not listen")

    def kill(self) -> None:
        """As a machine that loses power: no goodbye."""
        self._signal(signal.SIGKILL)

    def freeze(self) -> None:
        """As a machine that hangs: connections stay open, nobody answers."""
        self.process.send_signal(signal.SIGSTOP)

    def stop(self) -> None:
        """End it and remove all that it kept."""
        self._signal(signal.SIGTERM)
        mounts = [line.split()[1] for line in Path("/proc/mounts").read_text().splitlines()]
        for place in sorted((m for m in mounts if m.startswith(str(self.root))), reverse=True):
            subprocess.run(["umount", "-l", place], capture_output=True)
        shutil.rmtree(self.root, ignore_errors=True)

    def _signal(self, number: int) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(number)
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait(20)


def as_root() -> None:
    """Skip where this user may not start a BuildKit daemon."""
    if os.geteuid() != 0 or shutil.which("runc") is None:
        pytest.skip("a standalone buildkitd needs root and runc")

"""The world of the integration tests: the real engine, the real command, small repositories made on the spot."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.integration.buildkit import Certificates, Daemon, as_root, go_program
from tests.integration.registry import Registry

REPOSITORY = Path(__file__).resolve().parents[2]
EXAMPLE = REPOSITORY / "examples" / "tradingsystem"
BAKEHOUSE = str(Path(sys.executable).with_name("bakehouse"))
SMALL_BASE = "debian:trixie-slim"


class Cli:
    """`bakehouse` in one directory."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory

    def __call__(self, *arguments: str, timeout: float = 1400, code: int | None = 0):
        done = subprocess.run(
            [BAKEHOUSE, *arguments], cwd=self.directory, capture_output=True, text=True, timeout=timeout
        )
        assert "Traceback" not in done.stderr, done.stderr
        if code is not None:
            assert done.returncode == code, f"exit {done.returncode}\n{done.stdout[-4000:]}\n{done.stderr[-4000:]}"
        return done

    def json(self, *arguments: str, code: int | None = 0, timeout: float = 1400):
        """The one object a verb prints with --json."""
        return json.loads(self(*arguments, "--json", code=code, timeout=timeout).stdout)

    def start(self, *arguments: str) -> subprocess.Popen:
        """The command at work, in a process group of its own."""
        return subprocess.Popen(
            [BAKEHOUSE, *arguments],
            cwd=self.directory,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
            preexec_fn=_hear_ctrl_c,  # noqa: PLW1509 - the tests have no threads
        )


@pytest.fixture(scope="session")
def example() -> Cli:
    """The example monorepo as it stands in this checkout."""
    return Cli(EXAMPLE)


@pytest.fixture
def small(tmp_path):
    """A factory of small workspaces: relative path -> text; gives the command in it."""

    def make(files: dict[str, str]) -> Cli:
        root = tmp_path / f"small{os.getpid()}"
        for name, text in files.items():
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        return Cli(root)

    return make


def _hear_ctrl_c() -> None:
    """SIGINT as a terminal's user has it: whoever runs the tests in the background may have it ignored."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def interrupt(process: subprocess.Popen) -> tuple[str, str]:
    """Ctrl-C: SIGINT to the process, then its output."""
    process.send_signal(signal.SIGINT)
    return process.communicate(timeout=60)


@pytest.fixture(scope="session")
def certificates(tmp_path_factory):
    """TLS certificates made for this run."""
    return Certificates(tmp_path_factory.mktemp("certificates"))


@pytest.fixture
def daemons(tmp_path, certificates, monkeypatch):
    """A factory of buildkitd daemons; builders made meanwhile are kept apart from this user's own."""
    as_root()
    monkeypatch.setenv("BUILDX_CONFIG", str(tmp_path / "buildx"))
    program = go_program("buildkitd")
    started: list[Daemon] = []

    def make() -> Daemon:
        daemon = Daemon(program, tmp_path / f"buildkit{len(started)}", certificates)
        started.append(daemon)
        daemon.start()
        return daemon

    yield make
    for daemon in started:
        daemon.stop()


@pytest.fixture
def registry(tmp_path):
    """A registry that a test may fill, damage and collect."""
    made = Registry(tmp_path / "registry")
    yield made
    made.stop()

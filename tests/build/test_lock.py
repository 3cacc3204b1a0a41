"""The lock of a workspace, between real processes."""

import os
import signal
import subprocess
import sys
import time

import pytest

from bakehouse.build.lock import LOCK, RUNS, running_build, workspace_lock
from bakehouse.errors import UsageError

HOLD = """
import subprocess, sys, time
from pathlib import Path
from bakehouse.build.lock import workspace_lock
state = Path(sys.argv[1])
with workspace_lock(state, ("bakehouse", "build", "api")) as lock:
    if len(sys.argv) > 2:  # an engine call that outlives us
        subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)", str(state / "runs" / "r1" / "bake.json")],
                         pass_fds=(lock,), start_new_session=True, stdout=subprocess.DEVNULL)
    print("held", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def holder(tmp_path):
    """Starts a process that holds the lock of `tmp_path`."""
    processes = []

    def start(*more: str) -> subprocess.Popen:
        process = subprocess.Popen(
            [sys.executable, "-c", HOLD, str(tmp_path), *more], stdout=subprocess.PIPE, text=True
        )
        processes.append(process)
        assert process.stdout.readline() == "held\n"
        return process

    yield start
    for process in processes:
        process.kill()
        process.wait()
        process.stdout.close()


def test_a_second_build_is_refused_by_name(tmp_path, holder):
    process = holder()
    words = rf"process {process.pid}, since .*: bakehouse build api"
    with pytest.raises(UsageError, match=words), workspace_lock(tmp_path, ("x",), wait=False):
        pass
    assert running_build(tmp_path).pid == process.pid


def test_a_second_build_waits_and_says_for_whom(tmp_path, holder):
    process = holder()
    said = []

    def say(text):
        said.append(text)
        process.kill()

    with workspace_lock(tmp_path, ("x",), say=say):
        assert said == [f"waiting for another build in this workspace ({said[0].partition('(')[2][:-1]})"]
        assert f"process {process.pid}" in said[0]


def test_the_lock_of_a_killed_build_is_free(tmp_path, holder):
    process = holder()
    process.kill()
    process.wait()
    with workspace_lock(tmp_path, ("x",), wait=False):
        assert running_build(tmp_path).pid == os.getpid()
    assert running_build(tmp_path) is None


def test_engine_calls_of_a_killed_build_are_ended_first(tmp_path, holder):
    process = holder("with-a-call")
    process.send_signal(signal.SIGKILL)
    process.wait()
    said = []
    began = time.monotonic()
    with workspace_lock(tmp_path, ("x",), wait=False, say=said.append):
        assert time.monotonic() - began < 15
    assert "was killed" in said[0]
    left = subprocess.run(["pgrep", "-f", f"{tmp_path}/{RUNS}/"], capture_output=True)
    assert left.returncode == 1


def test_other_workspaces_do_not_meet(tmp_path, holder):
    holder()
    other = tmp_path / "other"
    other.mkdir()
    with workspace_lock(other, ("x",), wait=False):
        pass


def test_a_damaged_lock_file_is_only_a_file(tmp_path):
    (tmp_path / LOCK).write_text("{nonsense")
    assert running_build(tmp_path) is None
    with workspace_lock(tmp_path, ("x",), wait=False):
        pass

"""Does an image of a platform run? In: image and platform. Out: what became of a container of it.

A container runs without network for a few seconds. It is good if it ends with 0, becomes healthy, or still runs when
the time is over. What another platform's image says on the wrong machine is an "exec format error".
"""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Sequence
from typing import Any

from bakehouse.errors import ToolError
from bakehouse.model.platforms import CompatibilityRun, Ran
from bakehouse.tools import docker
from bakehouse.tools.run import run

WATCH_SECONDS = 12.0
_POLL_SECONDS = 0.5
_START_SECONDS = 120.0


def try_image(
    target: str,
    image: str,
    platform: str,
    command: Sequence[str] = (),
    *,
    seconds: float = WATCH_SECONDS,
    pull: bool = False,
) -> CompatibilityRun:
    """Run an image; `command` in place of its own, which then must end with 0.

    `pull` fetches it where it is not here. Leaves no container behind.
    """
    name = f"bakehouse-test-{uuid.uuid4().hex[:12]}"
    begun, what = time.monotonic(), (target, platform, image)
    try:
        done = run(docker.run_detached(image, name=name, platform=platform, command=command, pull=pull), check=False,
                   timeout=_START_SECONDS)  # fmt: skip
        if done.returncode != 0:
            words = _why(done.stderr)
            missing = "No such image" in words or "not found" in words or "does not provide" in words
            return _end(what, Ran.MISSING if missing else Ran.FAILED, words, begun)
        result, said = _watch(name, seconds, must_end=bool(command))
        return _end(what, result, said, begun)
    except ToolError as error:
        return _end(what, Ran.FAILED, error.message, begun)
    finally:
        run(docker.remove_container(name), check=False, timeout=60)


def _why(stderr: str) -> str:
    """The client's reason, without what newer ones write below it."""
    lines = [line for line in stderr.strip().splitlines() if line and not line.startswith("Run 'docker")]
    return lines[-1].removeprefix("docker: Error response from daemon: ") if lines else "it does not start"


def _watch(name: str, seconds: float, *, must_end: bool) -> tuple[Ran, str]:
    """What became of a started container within `seconds` (five times that for a command that must end)."""
    deadline = time.monotonic() + (seconds * 5 if must_end else seconds)
    while True:
        state = _state(name)
        health = (state.get("Health") or {}).get("Status", "")
        if not state.get("Running"):
            code = int(state.get("ExitCode", -1))
            return (Ran.OK, "") if code == 0 else (Ran.FAILED, f"it ended with code {code}: {_log(name)}")
        if health == "healthy" and not must_end:
            return Ran.OK, ""
        if health == "unhealthy":
            return Ran.FAILED, f"it is unhealthy: {_log(name)}"
        if time.monotonic() >= deadline:
            if must_end:
                return Ran.FAILED, f"the command did not end within {seconds * 5:.0f} s"
            return Ran.OK, ""
        time.sleep(_POLL_SECONDS)


def _state(name: str) -> dict[str, Any]:
    body = json.loads(run(docker.container_state(name), timeout=30).stdout or "{}")
    return body if isinstance(body, dict) else {}


def _log(name: str) -> str:
    done = run(docker.container_log(name), check=False, timeout=30)
    lines = (done.stdout + done.stderr).strip().splitlines()
    return lines[-1][-300:] if lines else "it wrote nothing"


def _end(what: tuple[str, str, str], result: Ran, said: str, begun: float) -> CompatibilityRun:
    target, platform, image = what
    seconds = round(time.monotonic() - begun, 3)
    return CompatibilityRun(target=target, platform=platform, image=image, result=result, said=said, seconds=seconds)

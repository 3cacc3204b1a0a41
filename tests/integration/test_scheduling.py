"""Calls in waves on the real engine: what waits for what, what a failure takes down, what --fail-fast stops."""

import json
import os

import pytest

from tests.integration.conftest import SMALL_BASE
from tests.integration.test_small_builds import fresh

pytestmark = pytest.mark.engine

FAMILY = [f"t{i}" for i in range(5)]
SMALL_MACHINE = (os.cpu_count() or 1) < 8


def family(base: str, mark: str) -> dict[str, str]:
    """Five services built from one image of the repository."""
    contexts = "".join(f'[services.{name}]\ncontexts = {{ common = "service:base" }}\n' for name in FAMILY)
    files = {f"{name}/Dockerfile": f"FROM common\nRUN echo {name} {mark}\n" for name in FAMILY}
    return files | {"base/Dockerfile": base, "bakehouse.toml": f'[workspace]\nname = "f{mark[:12]}"\n{contexts}'}


def events(cli, *arguments: str, code: int = 0) -> list[dict]:
    done = cli("build", "--progress", "json", *arguments, code=code)
    return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]


def states(cli) -> dict[str, str]:
    return {t["id"]: t["state"] for t in cli.json("history", "latest")["run"]["targets"]}


@pytest.mark.skipif(not SMALL_MACHINE, reason="with eight cores or more linked targets stay in one call")
def test_a_shared_image_comes_first_and_the_others_follow_in_calls_of_their_own(small):
    mark = fresh()
    flaky = (
        f"FROM {SMALL_BASE}\nRUN --mount=type=cache,id={mark},target=/c [ -e /c/tried ] || "
        f"{{ touch /c/tried; echo {mark}; echo npm error code ECONNRESET; exit 1; }}\n"
    )
    cli = small(family(flaky, mark))
    seen = events(cli, "--push")
    calls = [e["targets"] for e in seen if e["event"] == "batch" and not e["finished"]]
    assert calls[:2] == [["base"], ["base"]]  # its failure may pass: it is tried again before the others start
    assert sorted(map(tuple, calls[2:])) == [(name,) for name in FAMILY]
    assert states(cli) == dict.fromkeys([*FAMILY, "base"], "done")
    plan = cli.json("plan", "--push")
    assert {t["verdict"] for t in plan["targets"]} == {"reuse"}


def test_what_needs_a_failed_image_is_blocked_in_every_call(small):
    mark = fresh()
    cli = small(family(f"FROM {SMALL_BASE}\nRUN echo {mark} && exit 3\n", mark))
    done = cli("build", code=1)
    assert states(cli) == dict.fromkeys(FAMILY, "blocked") | {"base": "failed"}
    assert done.stdout.count("needs base, which failed") == len(FAMILY)


def test_fail_fast_stops_the_others(small):
    mark = fresh()
    cli = small(
        {
            "bad/Dockerfile": f"FROM {SMALL_BASE}\nRUN echo {mark} && exit 3\n",
            "slow/Dockerfile": f"FROM {SMALL_BASE}\nRUN echo {mark} && sleep 120\n",
        }
    )
    cli("build", "--fail-fast", code=1, timeout=100)
    assert states(cli) == {"bad": "failed", "slow": "canceled"}

"""Real builds of small repositories: success, failure, interruption, bad input."""

import subprocess
import time
import uuid

import pytest

from tests.integration.conftest import SMALL_BASE, interrupt

pytestmark = pytest.mark.engine


def fresh() -> str:
    """Something no cache has seen."""
    return uuid.uuid4().hex


def test_a_build_runs_is_recorded_and_the_second_reuses_its_image(small):
    dockerfile = f"FROM {SMALL_BASE}\nRUN echo {fresh()} > /made\nCOPY . /src\n"
    cli = small({"api/Dockerfile": dockerfile, "api/main.py": "x\n"})
    first = cli.json("build")["run"]
    assert first["status"] == "ok"
    (target,) = first["targets"]
    assert target["state"] == "done"
    assert target["executed"] == 2
    assert target["image_bytes"] > 1_000_000
    assert target["digest"].startswith("sha256:")
    second = cli.json("build")["run"]
    assert second["targets"][0]["state"] == "reused"
    assert second["targets"][0]["digest"] == target["digest"]
    third = cli.json("build", "--no-reuse")["run"]
    assert third["targets"][0]["executed"] == 0
    assert third["targets"][0]["cached"] == 2
    runs = cli.json("history")["runs"]
    assert [r["run_id"] for r in runs] == [r["run_id"] for r in (third, second, first)]


def test_a_failure_shows_its_lines_and_log_and_the_others_finish(small):
    mark = fresh()
    cli = small(
        {
            "good/Dockerfile": f"FROM {SMALL_BASE}\nRUN sleep 2 && echo {mark}\n",
            "bad/Dockerfile": f"FROM {SMALL_BASE}\n# why\nRUN echo before-{mark} && \\\n    exit 7\n",
        }
    )
    done = cli("build", code=1)
    assert "FAILED bad" in done.stdout
    assert "bad/Dockerfile:3" in done.stdout
    assert f"before-{mark}" in done.stdout
    assert "exit code: 7" in done.stdout
    run = cli.json("history", "latest")["run"]
    assert {t["id"]: t["state"] for t in run["targets"]} == {"bad": "failed", "good": "done"}
    assert run["status"] == "failed"


def test_what_is_built_from_a_failed_image_is_blocked(small):
    cli = small(
        {
            "base/Dockerfile": f"FROM {SMALL_BASE}\nRUN echo {fresh()} && false\n",
            "web/Dockerfile": "FROM common\nRUN true\n",
            "bakehouse.toml": '[services.web]\ncontexts = { common = "service:base" }\n',
        }
    )
    run = cli.json("build", code=1)["run"]
    assert {t["id"]: t["state"] for t in run["targets"]} == {"base": "failed", "web": "blocked"}


def test_an_image_built_from_another_of_the_repo(small):
    mark = fresh()
    cli = small(
        {
            "base/Dockerfile": f"FROM {SMALL_BASE}\nRUN echo {mark} > /mark\n",
            "web/Dockerfile": f"FROM common\nRUN grep -q {mark} /mark\n",
            "bakehouse.toml": '[services.web]\ncontexts = { common = "service:base" }\n',
        }
    )
    plan = cli.json("plan")
    assert {t["id"]: t["wave"] for t in plan["targets"]} == {"base": 0, "web": 1}
    assert cli.json("build")["run"]["status"] == "ok"


def test_ctrl_c_stops_the_engine_and_is_recorded(small):
    seconds = f"300.{uuid.uuid4().int % 10**9}"  # a sleep that is nobody else's
    cli = small({"slow/Dockerfile": f"FROM {SMALL_BASE}\nRUN echo {fresh()} && sleep {seconds}\n"})
    process = cli.start("build", "--progress", "plain")
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and not _sleeping(seconds):
        time.sleep(0.3)
    assert _sleeping(seconds)
    _, said = interrupt(process)
    assert process.returncode == 130, said
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline and _sleeping(seconds):
        time.sleep(0.3)
    assert not _sleeping(seconds)
    (run,) = cli.json("history")["runs"]
    assert run["status"] == "interrupted"


def _sleeping(seconds: str) -> bool:
    return subprocess.run(["pgrep", "-f", f"^sleep {seconds}$"], capture_output=True).returncode == 0


@pytest.mark.parametrize(
    ("files", "arguments", "said"),
    [
        ({"api/Dockerfile": "FROM scratch\nCOPY a /\n", "api/a": ""}, ("build", "apj"), "did you mean api"),
        ({"api/Dockerfile": "FROM scratch\nRUNN x\n"}, ("build", "api"), "api/Dockerfile:2"),
        ({"bakehouse.toml": "[build\n"}, ("build",), "bakehouse.toml:1"),
        ({"bakehouse.toml": '[build]\nvarint = "dev"\n'}, ("build",), "did you mean build.variant"),
        ({"compose.yaml": "services:\n  a: [\n"}, ("build",), "compose.yaml:"),
        ({"README.md": "nothing"}, ("build",), "no Dockerfile was found"),
        ({"bakehouse.toml": '[services.x]\ndockerfile = "no/Dockerfile"\n'}, ("build",), "no/Dockerfile"),
        ({"bakehouse.toml": '[services.x]\ncontext = ".."\ndockerfile = "Dockerfile"\n', "Dockerfile": "FROM x\n"},
         ("build",), "outside"),
    ],
)  # fmt: skip
def test_bad_input_is_said_with_its_place_and_exit_2(small, files, arguments, said):
    done = small(files)(*arguments, code=2)
    assert said in done.stderr


def test_the_printed_definition_is_taken_by_plain_bake_unchanged(small, tmp_path):
    cli = small({"api/Dockerfile": f"# syntax=docker/dockerfile:1\nFROM {SMALL_BASE}\nRUN echo {fresh()}\n"})
    definition = tmp_path / "bake.json"
    definition.write_text(cli("plan", "--bake").stdout)
    done = subprocess.run(
        ["docker", "buildx", "bake", "-f", str(definition)], cwd=cli.directory, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr


def test_dev_variant_and_history_report(small, tmp_path):
    cli = small(
        {"api/Dockerfile": f"FROM {SMALL_BASE} AS dev\nRUN echo {fresh()}\nFROM dev AS prod\nRUN echo {fresh()}\n"}
    )
    run = cli.json("build", "--variant", "dev")["run"]
    assert run["targets"][0]["id"] == "api-dev"
    assert run["targets"][0]["executed"] == 1
    page = tmp_path / "r.html"
    cli("report", run["run_id"], "-o", str(page))
    assert "api-dev" in page.read_text()

"""identity, affected and why from the command line, in-process, without an engine."""

from __future__ import annotations

import io
import json
import subprocess
from pathlib import Path

import pytest
from tests.api.git_repository import Repository

from bakehouse.cli.main import run_cli


@pytest.fixture
def repository(tmp_path):
    root = tmp_path / "shop"
    root.mkdir()
    return Repository(root)


def run(repository, capsys, *words, code=0):
    assert run_cli([*words, "-C", str(repository.root)]) == code
    return capsys.readouterr()


def data(repository, capsys, *words):
    return json.loads(run(repository, capsys, *words, "--json").out)


def test_identity_table_and_explanation(repository, capsys):
    out = run(repository, capsys, "identity").out
    assert out.splitlines()[0].split() == ["target", "identity", "files", "knowable"]
    assert max(map(len, out.splitlines())) <= 80
    explained = run(repository, capsys, "identity", "web", "--explain").out
    assert "file        web/src/w.js  0644 sha256:" in explained
    assert "instruction web/Dockerfile:2" in explained


def test_identity_json_is_the_documented_one_and_the_same_at_the_revision(repository, capsys):
    now = data(repository, capsys, "identity", "web")
    then = data(repository, capsys, "identity", "web", "--at", "HEAD", "--explain")
    (one,), (two,) = now["identities"], then["identities"]
    assert one["digest"] == two["digest"]
    assert (then["schema"], then["revision"]) == ("bakehouse.identity/1", "HEAD")
    assert "ingredients" not in one
    assert {"kind", "name", "value", "place"} == set(two["ingredients"][0])


def test_affected_in_words_and_as_json(repository, capsys):
    assert run(repository, capsys, "affected", "--since", "HEAD").out == "nothing is affected since HEAD\n"
    repository.write({"web/src/w.js": "x", "tool/t": "x"})
    out = run(repository, capsys, "affected", "--since", "HEAD").out
    assert "web      file web/src/w.js changed" in out
    assert "derived  target tool changed" in out
    found = data(repository, capsys, "affected", "--since", "HEAD")
    assert [a["service"] for a in found["affected"]] == ["derived", "tool", "web"]
    assert found["affected"][2]["changes"][0]["how"] == "changed"


def test_affected_by_files_and_from_standard_input(repository, capsys, monkeypatch):
    assert "no service takes" in run(repository, capsys, "affected", "--files", "README.md").out
    assert "web" in run(repository, capsys, "affected", "--files", "web/src/w.js").out
    for text in (b"web/src/w.js\nREADME.md\n", b"web/src/w.js\0README.md\0"):
        stdin = io.TextIOWrapper(io.BytesIO(text))
        monkeypatch.setattr("sys.stdin", stdin)
        assert [a["service"] for a in data(repository, capsys, "affected", "--files", "-")["affected"]] == ["web"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["affected"], "either --since REV or --files"),
        (["affected", "--since", "HEAD", "--files", "x"], "either --since REV or --files"),
        (["affected", "x"], "either --since REV or --files"),
        (["affected", "--files"], "needs at least one FILE"),
        (["affected", "--since", "gone"], "there is no revision gone"),
        (["affected", "--files", "../x"], "outside the workspace"),
        (["identity", "wep"], "there is no service wep"),
        (["identity", "--at", "gone"], "there is no revision gone"),
        (["why", "wep"], "there is no service wep"),
        (["why", "web", "--since", "gone"], "there is no revision gone"),
    ],
)
def test_wrong_use_is_told_with_exit_2(repository, capsys, words, said):
    assert said in run(repository, capsys, *words, code=2).err


def test_why_without_a_run_and_since_a_revision(repository, capsys):
    assert "no run that made it is recorded" in run(repository, capsys, "why", "web").out
    repository.write({"web/src/w.js": "x"})
    out = run(repository, capsys, "why", "web", "--since", "HEAD").out
    assert out.splitlines() == ["web: 1 thing changed since HEAD", "  file        web/src/w.js changed"]
    found = data(repository, capsys, "why", "web", "--since", "HEAD")
    assert (found["since"], found["same"], found["run"]) == ("HEAD", False, None)


def test_names_that_are_no_text_are_shown_and_printed(repository, capsys):
    repository.write({"tool/caf\udce9\x1b[31m": "x"})
    assert "caf\\xe9" in run(repository, capsys, "affected", "--since", "HEAD", "-v").out
    names = [
        c["name"] for a in data(repository, capsys, "affected", "--since", "HEAD")["affected"] for c in a["changes"]
    ]
    assert "tool/caf\\xe9\x1b[31m" in names
    assert "\x1b" not in run(repository, capsys, "identity", "tool", "--explain").out


def test_outside_git(tmp_path, capsys):
    (tmp_path / "Dockerfile").write_text("FROM scratch\n")
    assert run_cli(["affected", "--since", "HEAD", "-C", str(tmp_path)]) == 2
    assert "in no git repository" in capsys.readouterr().err
    assert subprocess.run(["git", "-C", str(tmp_path), "rev-parse"], capture_output=True).returncode != 0


@pytest.mark.parametrize(
    ("heading", "words", "pick"),
    [
        ("Identity", ["identity", "web", "--explain"], lambda d: d["identities"][0]),
        ("Change", ["affected", "--since", "HEAD"], lambda d: d["affected"][0]["changes"][0]),
        ("Why", ["why", "web", "--since", "HEAD"], lambda d: {k: v for k, v in d.items() if k != "schema"}),
    ],
)
def test_every_key_is_in_the_reference(repository, capsys, heading, words, pick):
    repository.write({"web/src/w.js": "x"})
    text = (Path(__file__).parents[2] / "docs/reference/json.md").read_text()
    part = text.partition(f"### {heading}\n")[2].partition("\n#")[0]
    assert [key for key in pick(data(repository, capsys, *words)) if f"`{key}`" not in part] == []

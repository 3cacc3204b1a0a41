"""`bakehouse dockerfile ast` as users call it."""

import json

import pytest
from click.testing import CliRunner

from bakehouse.cli.main import main, run_cli

TEXT = "# syntax=docker/dockerfile:1\nFROM a AS b\n# why\nENV A=1\nRUN <<EOF\necho\nEOF\nONBUILD COPY --chown=1 x y\n"
INSTRUCTION = {
    *("instruction", "keyword", "flags", "form", "arguments", "pairs", "trigger", "heredocs", "lines", "span"),
    *("code", "original"),
}


def ast(*arguments, data):
    return CliRunner().invoke(main, ["dockerfile", "ast", *arguments], input=data, standalone_mode=False)


def test_json_has_everything_and_the_file_can_be_cut_out_of_it():
    done = ast("-", "--json", data=TEXT)
    tree = json.loads(done.stdout)
    assert (tree["schema"], tree["file"], tree["escape"]) == ("bakehouse.dockerfile.ast/1", "-", "\\")
    assert [i["instruction"] for i in tree["instructions"]] == ["FROM", "ENV", "RUN", "ONBUILD"]
    assert all(set(i) == INSTRUCTION for i in tree["instructions"])
    assert tree["instructions"][2]["lines"] == [5, 7]
    assert tree["instructions"][2]["heredocs"][0]["content"] == "echo\n"
    assert tree["instructions"][3]["trigger"]["flags"][0]["value"] == "1"
    assert tree["comments"][0]["text"] == "why"
    start, end = tree["instructions"][1]["span"]
    assert TEXT[start:end] == "ENV A=1\n"


def test_text_is_readable():
    lines = ast("-", data=TEXT).stdout.splitlines()
    assert lines[0] == "-: 4 instructions, escape \\, frontend docker/dockerfile:1"
    assert "      5-7  RUN (shell)" in lines
    assert "           heredoc   EOF: 1 line from line 6, expanded" in lines


def test_what_buildkit_refuses_is_listed_and_the_rest_printed(capfd, tmp_path):
    path = tmp_path / "Dockerfile"
    path.write_bytes(b"FROM a\nNOPE x\xff\nRUN b\n")
    assert run_cli(["dockerfile", "ast", str(path)]) == 1
    out = capfd.readouterr().out
    assert "        3  RUN (shell)" in out
    assert "2:1: error: unknown instruction: NOPE (expected an instruction)" in out
    assert run_cli(["dockerfile", "ast", str(path), "--json"]) == 1
    error = json.loads(capfd.readouterr().out)["errors"][0]
    assert (error["line"], error["column"], error["expected"]) == (2, 1, "an instruction")


@pytest.mark.parametrize(
    ("name", "said"), [("nope", "is not there"), (".", "is a directory"), ("/dev/null", "is no file")]
)
def test_what_is_no_file(name, said, capfd, tmp_path):
    assert run_cli(["dockerfile", "ast", "-C", str(tmp_path), name]) == 2
    assert said in capfd.readouterr().err


def test_escapes_of_a_hostile_file_do_not_reach_the_terminal():
    out = ast("-", data="FROM \x1b[2Ja\nRUN \x1b]0;title\x07b\n").stdout
    assert "\x1b" not in out

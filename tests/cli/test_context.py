"""`bakehouse context` as users call it."""

import json

import pytest

from bakehouse.cli.main import run_cli

FILES = {
    "api/Dockerfile": "FROM scratch\nCOPY . /\n",
    "api/main.py": "m" * 1000,
    "api/.git/config": "g" * 500,
    "api/.env": "SECRET=1\n",
    "api/node_modules/a/index.js": "n" * 3000,
    "web/Dockerfile": "FROM scratch\nCOPY page.html missing.txt /\n",
    "web/page.html": "p" * 100,
    "web/secret.key": "k",
}


@pytest.fixture
def repo(tmp_path):
    for name, text in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path


def call(repo, capfd, *arguments, code=0):
    assert run_cli(["context", "-C", str(repo), *arguments]) == code
    return capfd.readouterr()


def report(repo, capfd, *arguments):
    return json.loads(call(repo, capfd, *arguments, "--json").out)


def test_a_service_that_copies_all(repo, capfd):
    found = report(repo, capfd, "api")
    assert (found["schema"], found["service"], found["context"]) == ("bakehouse.context/1", "api", "api")
    assert (found["sent_bytes"], found["sent_files"]) == (1000 + 500 + 9 + 3000 + 22, 5)
    assert [(s["instruction"], s["text"], s["line"]) for s in found["sources"]] == [("COPY", ".", 2)]
    assert found["largest"][0]["path"] == "node_modules/a/index.js"
    assert [i["path"] for i in found["suspicious"]] == [".env", "node_modules", ".git"]
    proposal = found["proposal"]
    assert (proposal["path"], proposal["form"]) == ("api/.dockerignore", "deny-list")
    assert (proposal["sent_bytes"], proposal["saves_bytes"]) == (1000, 3531)


def test_the_ignore_file_is_written_on_request_and_then_in_force(repo, capfd):
    call(repo, capfd, "api")
    call(repo, capfd, "api", "--diff")
    assert not (repo / "api/.dockerignore").exists()
    said = call(repo, capfd, "api", "--write-ignore")
    assert said.out == "wrote api/.dockerignore: deny-list\n"
    assert "+**/node_modules" in said.err
    found = report(repo, capfd, "api")
    assert (found["ignore_file"], found["sent_bytes"], found["proposal"]) == ("api/.dockerignore", 1000, None)
    assert "nothing was written" in call(repo, capfd, "api", "--write-ignore").out


def test_lines_of_a_file_that_is_there_stay(repo, capfd):
    ignore = repo / "api/.dockerignore"
    ignore.write_bytes(b"# mine\n\n.git\n")
    diff = call(repo, capfd, "api", "--diff").out
    assert diff.startswith("--- a/api/.dockerignore\n+++ b/api/.dockerignore\n")
    assert "\n-" not in diff.partition("+++")[2]
    call(repo, capfd, "api", "--write-ignore")
    assert ignore.read_bytes().startswith(b"# mine\n\n.git\n")


def test_paths_instead_of_services(repo, capfd):
    by_name = report(repo, capfd, "web")
    assert by_name == report(repo, capfd, "web/Dockerfile") == report(repo, capfd, "web")
    assert by_name["problems"] == ["line 2: missing.txt: not found in the context"]
    assert (by_name["sent_files"], by_name["proposal"]["form"]) == (1, "allow-list")
    assert by_name["suspicious"][0]["sent"] is False


def test_text_fits_people(repo, capfd):
    lines = call(repo, capfd, "api").out.splitlines()
    assert lines[0] == "api: context api, api/Dockerfile"
    assert "  sent          4.53 kB in 5 files" in lines
    assert "proposed: a deny-list for api/.dockerignore, which saves 3.53 kB of what is sent (4 files)" in lines


def test_names_that_are_not_utf8(repo, capfd):
    (repo / "api" / "odd\udcff.log").write_text("l" * 5000)
    assert report(repo, capfd, "api")["largest"][0]["path"] == "odd\ufffd.log"
    assert "odd" in call(repo, capfd, "api").out
    call(repo, capfd, "api", "--write-ignore")
    assert report(repo, capfd, "api")["sent_bytes"] == 1000


@pytest.mark.parametrize("what", ["nowhere", "..", "api/main"])
def test_what_is_no_context(repo, capfd, what):
    assert "what to do" in call(repo, capfd, what, code=2).err


def test_an_ignore_file_that_buildkit_refuses(repo, capfd):
    (repo / "api/.dockerignore").write_text("ok\n[\n")
    said = call(repo, capfd, "api", code=2).err
    assert "api/.dockerignore:2: syntax error in pattern" in said


def test_a_shared_context_gets_an_ignore_file_beside_the_dockerfile(repo, capfd):
    for name in ("one", "two"):
        (repo / f"{name}.Dockerfile").write_text(f"FROM scratch\nCOPY web/page.html /{name}\n")
    found = report(repo, capfd, "one.Dockerfile")
    assert found["proposal"]["path"] == "one.Dockerfile.dockerignore"

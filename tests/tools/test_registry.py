"""The registry client against real HTTP servers of this process."""

import base64
import hashlib
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from bakehouse.errors import RegistryError
from bakehouse.tools import registry
from bakehouse.tools.registry import Reference, UnreachableError

MANIFEST = json.dumps({"schemaVersion": 2, "config": {"digest": "sha256:c0"}}).encode()
CONFIG = json.dumps({"config": {"Labels": {"made-by": "test"}}}).encode()
DIGEST = "sha256:" + hashlib.sha256(MANIFEST).hexdigest()
BASIC = "Basic " + base64.b64encode(b"ann:pass:word").decode()


class Handler(BaseHTTPRequestHandler):
    """Answers as `server.mode` says; keeps what was asked in `server.asked`."""

    def do_HEAD(self):
        self.answer()

    def do_GET(self):
        self.answer()

    def answer(self):
        mode, login = self.server.mode, self.headers.get("Authorization")
        self.server.asked.append((self.command, self.path, login))
        if self.path.startswith("/token"):
            return self.send(200 if login in (None, BASIC) else 401, b'{"token": "t0"}')
        if mode == "basic" and login != BASIC:
            return self.send(401, b"", {"WWW-Authenticate": 'Basic realm="here"'})
        if mode == "bearer" and login != "Bearer t0":
            realm = f"http://127.0.0.1:{self.server.server_port}/token"
            return self.send(401, b"", {"WWW-Authenticate": f'Bearer realm="{realm}",service="s",scope="x:pull"'})
        if mode in (403, 429, 500):
            return self.send(mode, b"")
        if self.path.endswith("/manifests/1.0"):
            return self.send(200, MANIFEST, {} if mode == "no-digest" else {"Docker-Content-Digest": DIGEST})
        if self.path.endswith("/manifests/index"):
            return self.send(200, json.dumps({"manifests": [{"digest": "1.0"}]}).encode())
        if self.path.endswith("/manifests/html"):
            return self.send(200, b"<html>")
        if self.path.endswith("/blobs/sha256:c0"):
            return self.send(200, CONFIG)
        return self.send(404, b"")

    def send(self, status, body, headers=None):
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **(headers or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, *args):
        pass


@pytest.fixture
def server(tmp_path, monkeypatch):
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.mode, server.asked = "open", []
        server.name = f"127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def log_in(tmp_path, server, auth=b"ann:pass:word"):
    auths = {server.name: {"auth": base64.b64encode(auth).decode()}}
    (tmp_path / "config.json").write_text(json.dumps({"auths": auths}))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("debian", Reference("docker.io", "library/debian", "latest")),
        ("node:20-slim", Reference("docker.io", "library/node", "20-slim")),
        ("prom/prometheus:v2.53.3", Reference("docker.io", "prom/prometheus", "v2.53.3")),
        ("docker.io/library/node:20", Reference("docker.io", "library/node", "20")),
        ("localhost:5000/a/b:1", Reference("localhost:5000", "a/b", "1")),
        ("localhost/a", Reference("localhost", "a", "latest")),
        ("ghcr.io/a/b@sha256:" + "a" * 64, Reference("ghcr.io", "a/b", "latest", "sha256:" + "a" * 64)),
        ("a:1@sha256:" + "b" * 64, Reference("docker.io", "library/a", "1", "sha256:" + "b" * 64)),
    ],
)
def test_parse(text, expected):
    assert registry.parse(text) == expected


@pytest.mark.parametrize("text", ["", "a b", "node:", ":20", "node:20@sha256:xyz", "$BASE", "node:20\n"])
def test_what_is_no_reference(text):
    with pytest.raises(RegistryError, match="not an image reference"):
        registry.parse(text)


def test_digest_by_one_head(server):
    assert registry.manifest_digest(f"{server.name}/team/app:1.0") == DIGEST
    assert [(m, p) for m, p, _ in server.asked] == [("HEAD", "/v2/team/app/manifests/1.0")]


def test_digest_is_computed_where_the_registry_names_none(server):
    server.mode = "no-digest"
    assert registry.manifest_digest(f"{server.name}/team/app:1.0") == DIGEST


def test_absent_is_none_not_an_error(server):
    assert registry.manifest_digest(f"{server.name}/team/app:2.0") is None
    assert registry.labels(f"{server.name}/team/app:2.0") is None


def test_basic_login(server, tmp_path):
    server.mode = "basic"
    log_in(tmp_path, server)
    assert registry.manifest_digest(f"{server.name}/app:1.0") == DIGEST
    assert server.asked[0][2] is None
    assert server.asked[1][2] == BASIC


@pytest.mark.parametrize("logged_in", [False, True])
def test_token_login(server, tmp_path, logged_in):
    server.mode = "bearer"
    if logged_in:
        log_in(tmp_path, server)
    assert registry.manifest_digest(f"{server.name}/app:1.0") == DIGEST
    token = next(a for a in server.asked if a[1].startswith("/token"))
    assert token[1] == "/token?scope=x%3Apull&service=s"
    assert token[2] == (BASIC if logged_in else None)


def test_wrong_login_says_docker_login(server, tmp_path):
    server.mode = "basic"
    log_in(tmp_path, server, b"ann:wrong")
    with pytest.raises(RegistryError, match=r"refuses .*401") as caught:
        registry.manifest_digest(f"{server.name}/app:1.0")
    assert f"docker login {server.name}" in caught.value.hint


@pytest.mark.parametrize(("status", "words"), [(403, "refuses"), (429, "limits"), (500, "failed")])
def test_statuses(server, status, words):
    server.mode = status
    with pytest.raises(RegistryError, match=f"{words}.*{status}"):
        registry.manifest_digest(f"{server.name}/app:1.0")


@pytest.mark.parametrize("tag", ["1.0", "index"])
def test_labels_of_an_image_and_of_an_index(server, tag):
    assert registry.labels(f"{server.name}/app:{tag}") == {"made-by": "test"}


def test_html_instead_of_json(server):
    with pytest.raises(RegistryError, match="sent no JSON"):
        registry.labels(f"{server.name}/app:html")


def test_nobody_answers(server):
    name = server.name
    server.shutdown()
    server.server_close()
    with pytest.raises(UnreachableError, match="cannot be reached: Connection refused") as caught:
        registry.manifest_digest(f"{name}/app:1.0")
    assert "scripts/engine up" in caught.value.hint


def test_damaged_configuration_is_named(server, tmp_path):
    server.mode = "basic"
    (tmp_path / "config.json").write_text("{")
    with pytest.raises(RegistryError) as caught:
        registry.manifest_digest(f"{server.name}/app:1.0")
    assert caught.value.path == str(tmp_path / "config.json")


def test_damaged_login_is_named(server, tmp_path):
    (tmp_path / "config.json").write_text(json.dumps({"auths": {server.name: {"auth": "%%%"}}}))
    with pytest.raises(RegistryError, match=r"login .* damaged"):
        registry.credentials(server.name)


def test_credential_helper(tmp_path, monkeypatch):
    helper = tmp_path / "docker-credential-box"
    helper.write_text('#!/bin/sh\nread -r server\necho "{\\"Username\\": \\"ann\\", \\"Secret\\": \\"of $server\\"}"\n')
    helper.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    (tmp_path / "config.json").write_text(json.dumps({"credHelpers": {"r.example": "box"}, "credsStore": "absent"}))
    assert registry.credentials("r.example") == ("ann", "of r.example")
    assert registry.credentials("other.example") is None

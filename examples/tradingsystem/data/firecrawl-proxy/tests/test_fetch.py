"""The whole way against a local server; the resolver and the judgement of addresses are injected."""

import gzip
import ipaddress
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from fastapi.testclient import TestClient
from firecrawl_proxy.app import Settings, create
from firecrawl_proxy.fetcher import Fetcher, Limits
from firecrawl_proxy.pinned import PinnedBackend
from firecrawl_proxy.policy import Policy

LOOPBACK = ipaddress.ip_address("127.0.0.1")
PRIVATE = ipaddress.ip_address("10.0.0.7")


class Handler(BaseHTTPRequestHandler):
    """Answers by path and remembers the requests."""

    def do_GET(self):
        self.server.requests.append((self.path, dict(self.headers)))
        if self.path.startswith("/to?"):
            self._send(302, {"location": self.path[4:]}, b"")
        elif self.path == "/big":
            self._send(200, {}, b"x" * 5000)
        elif self.path == "/endless":
            self._endless()
        elif self.path == "/slow":
            self.server.released.wait(60)
        elif self.path == "/gzip":
            self._send(200, {"content-encoding": "gzip"}, gzip.compress(b"x" * 1000))
        elif self.path == "/missing":
            self._send(404, {}, b"no")
        else:
            self._send(
                200, {"content-type": "text/html", "etag": '"7"', "set-cookie": "a=b", "x-powered-by": "z"}, b"hi"
            )

    def _send(self, status, headers, body):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _endless(self):
        self.send_response(200)
        self.end_headers()
        try:
            for _ in range(1000):
                self.wfile.write(b"y" * 1000)
        except OSError:
            pass

    def log_message(self, *args):
        pass


@pytest.fixture
def server():
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as http:
        http.daemon_threads = True
        http.requests = []
        http.released = threading.Event()
        threading.Thread(target=http.serve_forever, daemon=True).start()
        yield http
        http.released.set()
        http.shutdown()


@pytest.fixture
def proxy(server):
    """The application; name look-ups count in `proxy.lookups`, names are those of `proxy.names`."""
    names = {"good.example": [[LOOPBACK]], "inside.example": [[PRIVATE]], "mixed.example": [[LOOPBACK, PRIVATE]]}
    lookups = []

    async def resolver(host, port):
        lookups.append(host)
        answers = names[host]
        return answers.pop(0) if len(answers) > 1 else answers[0]

    backend = PinnedBackend(resolver, allowed=lambda address: address == LOOPBACK)
    policy = Policy((".example",), ports=(server.server_port,))
    fetcher = Fetcher(policy, Limits(seconds=5.0, size=4096, redirects=3), backend)
    with TestClient(create(Settings(), fetcher)) as client:
        client.names, client.lookups = names, lookups
        client.base = f"http://good.example:{server.server_port}"
        client.fetch = lambda url, **more: client.get("/fetch", params={"url": url}, **more)
        yield client


def test_a_page_comes_back_with_filtered_headers(proxy):
    answer = proxy.fetch(proxy.base + "/page")
    assert (answer.status_code, answer.text) == (200, "hi")
    assert answer.headers["content-type"] == "text/html"
    assert answer.headers["etag"] == '"7"'
    assert answer.headers["x-fetched-url"] == proxy.base + "/page"
    assert "sandbox" in answer.headers["content-security-policy"]
    assert "set-cookie" not in answer.headers
    assert "x-powered-by" not in answer.headers


def test_the_callers_secrets_are_not_passed_on(proxy, server):
    secrets = {"authorization": "Bearer x", "cookie": "s=1", "x-forwarded-for": "10.0.0.1", "accept": "text/html"}
    proxy.fetch(proxy.base + "/page", headers=secrets)
    _, sent = server.requests[0]
    sent = {name.lower(): value for name, value in sent.items()}
    assert sent["accept"] == "text/html"
    assert sent["host"] == proxy.base.removeprefix("http://")
    assert not {"authorization", "cookie", "x-forwarded-for"} & set(sent)


def test_the_servers_status_is_passed_on_as_a_header(proxy):
    answer = proxy.fetch(proxy.base + "/missing")
    assert (answer.status_code, answer.headers["x-fetched-status"]) == (200, "404")


@pytest.mark.parametrize("host", ["inside.example", "mixed.example"])
def test_a_name_with_a_private_address_is_refused(proxy, server, host):
    answer = proxy.fetch(f"http://{host}:{server.server_port}/")
    assert answer.status_code == 403
    assert "public addresses" in answer.text
    assert server.requests == []


def test_a_redirect_is_followed(proxy):
    answer = proxy.fetch(f"{proxy.base}/to?/page")
    assert answer.text == "hi"
    assert answer.headers["x-fetched-url"] == f"{proxy.base}/page"


@pytest.mark.parametrize(
    "target",
    [
        "http://169.254.169.254/latest/meta-data",
        "http://other.test/",
        "file:///etc/passwd",
        "http://inside.example:{port}/",
    ],
)
def test_a_redirect_out_of_the_policy_is_refused(proxy, server, target):
    answer = proxy.fetch(f"{proxy.base}/to?{target.format(port=server.server_port)}")
    assert answer.status_code == 403
    assert len(server.requests) == 1


def test_endless_redirects_are_refused(proxy, server):
    loop = "/to?" * 30
    assert proxy.fetch(f"{proxy.base}{loop}/page").status_code == 403
    assert len(server.requests) == 4


def test_a_name_is_looked_up_once_for_each_connection_and_checked_each_time(proxy, server):
    proxy.names["good.example"] = [[LOOPBACK], [PRIVATE]]  # a rebinding name server
    assert proxy.fetch(proxy.base + "/page").status_code == 200
    assert proxy.lookups == ["good.example"]
    assert proxy.fetch(proxy.base + "/page").status_code == 403
    assert len(server.requests) == 1


def test_too_large_is_413_whether_announced_or_not(proxy):
    assert proxy.fetch(proxy.base + "/big").status_code == 413
    assert proxy.fetch(proxy.base + "/endless").status_code == 413


def test_compressed_answers_are_refused(proxy):
    assert proxy.fetch(proxy.base + "/gzip").status_code == 403


def test_a_slow_server_is_504(proxy):
    started = time.monotonic()
    assert proxy.fetch(proxy.base + "/slow").status_code == 504
    assert 4 < time.monotonic() - started < 30  # the limit is 5 s; the server would take 60


def test_a_closed_port_is_502(proxy, server):
    server.shutdown()
    server.server_close()
    assert proxy.fetch(proxy.base + "/").status_code == 502


def test_the_real_resolver_and_judgement_refuse_loopback(server):
    fetcher = Fetcher(Policy(("localhost",), ports=(server.server_port,)), Limits())
    with TestClient(create(Settings(), fetcher)) as client:
        answer = client.get("/fetch", params={"url": f"http://localhost:{server.server_port}/"})
        assert answer.status_code == 403
        assert server.requests == []
        assert client.get("/health").json()["status"] == "ok"

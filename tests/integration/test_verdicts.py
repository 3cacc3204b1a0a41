"""Accepted or refused: the real engine is asked about hundreds of Dockerfiles, good and bad, and we must agree.

The question is a build of a stage that does not exist. BuildKit reads the whole file before it looks for the
stage, so "target stage ... could not be found" means that it found nothing to refuse, and nothing ever runs. The
daemon takes each file from a URL of this test, over its own HTTP interface: no client process per file.
"""

import http.client
import json
import os
import random
import re
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import quote

import pytest

from bakehouse.dockerfile import parse

pytestmark = pytest.mark.engine

GOLDEN = Path(__file__).resolve().parents[1] / "dockerfile" / "golden"
PROBE = "bakehouse-probe"
ACCEPTED = f'target stage "{PROBE}" could not be found'
SYNTAX_LINE = re.compile(r"^#\s*syntax\s*=", re.IGNORECASE | re.MULTILINE)

LINES = [
    "RUN make -j2 && make install", 'RUN ["make", "all"]', "RUN --mount=type=cache,target=/root/.cache,id=a pip install x",
    "RUN --mount=type=secret,id=a,required --network=none make", "RUN --mount=type=bind,source=a,target=/a,rw true",
    "RUN <<EOF\necho $x\nEOF", "RUN <<-'END' bash\n\tset -e\n\tEND", "COPY <<A <<B /both/\n1\nA\n2\nB", "COPY a b /c/",
    'COPY --chown=a:b --link ["a b", "/c"]', "COPY --from=0 /a /b", "ADD --keep-git-dir=true a b", "ADD --chmod=755 a /b",
    "ENV a=b c='d e' f=\"g\"", "ENV legacy value with spaces", "LABEL a.b=c d=\"e f\"", "ARG a", "ARG a=b c='d'", "USER a:b",
    "WORKDIR /a/b", "EXPOSE 80/tcp 443", "VOLUME /a /b", 'VOLUME ["/a"]', 'CMD ["a", "b"]', "CMD a b", "ENTRYPOINT exec a",
    'SHELL ["/bin/bash", "-c"]', "STOPSIGNAL SIGTERM", "HEALTHCHECK NONE", "HEALTHCHECK --interval=5s --retries=3 CMD true",
    "ONBUILD RUN make", "ONBUILD COPY --chown=a . .", "MAINTAINER a b", "RUN a \\\n  # a comment\n\n  && b",
    "ENV a=b \\\n    c=d", "RUN echo \"a\\\n b\"", "FROM scratch AS next", "FROM busybox:1 AS third", "# words",
]  # fmt: skip


def made_cases(count: int) -> list[bytes]:
    """Small Dockerfiles with, mostly, something broken in them; the same ones every time."""
    dice = random.Random(2026)
    cases = []
    for _ in range(count):
        text = "\n".join(dice.choice(LINES) for _ in range(dice.randint(1, 4))) + dice.choice(["", "\n", "\r\n"])
        for _ in range(dice.choice([0, 1, 1, 2])):
            at = dice.randrange(len(text))
            gone = dice.choice([0, 0, 1, 4])
            text = (
                text[:at]
                + dice.choice(['"', "'", "\\", "\n", " ", "[", "]", "=", "--", "<<E", ",", "#", ""])
                + text[at + gone :]
            )
        cases.append(b"FROM alpine:3 AS first\n" + text.encode())
    return cases


class Daemon(http.client.HTTPConnection):
    """The engine's own interface, over its socket."""

    def __init__(self) -> None:
        super().__init__("localhost", timeout=120)

    def connect(self) -> None:
        asked = ["docker", "context", "inspect", "--format", "{{.Endpoints.docker.Host}}"]
        host = os.environ.get("DOCKER_HOST") or subprocess.check_output(asked, text=True).strip()
        assert host.startswith("unix://"), host
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.connect(host.removeprefix("unix://"))


class Files(ThreadingHTTPServer):
    """Serves the cases: /<anything>/<index> is the case's bytes."""

    def __init__(self, cases: list[bytes]) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.cases = cases
        self.once = str(time.time_ns())  # BuildKit keeps what a URL gave

    def url(self, index: int) -> str:
        return f"http://127.0.0.1:{self.server_port}/{self.once}/{index}"


class _Handler(BaseHTTPRequestHandler):
    server: Files

    def do_GET(self) -> None:
        data = self.server.cases[int(self.path.rpartition("/")[2])]
        self.send_response(200)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_: object) -> None:
        """Nothing."""


def refusal(daemon: Daemon, url: str) -> str:
    """What the engine has against the file at a URL; empty if nothing."""
    daemon.request("POST", f"/build?version=2&target={PROBE}&remote={quote(url, safe='')}")
    lines = daemon.getresponse().read().decode().splitlines()
    errors = [found["error"] for found in map(json.loads, lines) if "error" in found]
    assert len(errors) == 1, lines[-3:]  # a stage that is not there is never built
    return "" if errors[0] == ACCEPTED else errors[0]


@pytest.fixture
def serve() -> Iterator:
    servers: list[Files] = []

    def start(cases: list[bytes]) -> Files:
        files = Files(cases)
        threading.Thread(target=files.serve_forever, daemon=True).start()
        servers.append(files)
        return files

    yield start
    for files in servers:
        files.shutdown()
        files.server_close()


def ask_all(files: Files) -> list[str]:
    """The refusal of each case, in order: a daemon builds many at once."""

    def ask(indices: range) -> list[str]:
        with closing(Daemon()) as daemon:
            return [refusal(daemon, files.url(index)) for index in indices]

    count, workers = len(files.cases), 16
    with ThreadPoolExecutor(workers) as pool:
        shares = list(pool.map(ask, (range(first, count, workers) for first in range(workers))))
    return [shares[index % workers][index // workers] for index in range(count)]


def golden(name: str) -> list:
    return json.loads((GOLDEN / name).read_text(encoding="utf-8"))["cases"]


def test_the_engine_agrees(serve):
    """Left out: files that name a frontend image (the engine would ask that one), files without a stage (the
    question needs one), and those that BuildKit judges otherwise since a version that may not be here."""
    changed = {case["file"] for case in golden("verdicts_changed.json")}
    recorded = [
        text.encode("latin-1")
        for text, _ in golden("verdicts.json")
        if text not in changed and not SYNTAX_LINE.search(text) and re.search(r"(?im)^\s*from\b", text)
    ]
    cases = recorded[::3] + made_cases(300)
    assert len(cases) >= 500
    answers = ask_all(serve(cases))
    verdicts = [answer == "" for answer in answers]
    assert min(verdicts.count(True), verdicts.count(False)) >= 150
    wrong = [
        (case, answer, [problem.message for problem in tree.errors])
        for case, answer, tree in zip(cases, answers, map(parse, cases), strict=True)
        if bool(answer) != bool(tree.errors)
    ]
    assert not wrong


def test_what_newer_versions_judge_otherwise(serve):
    """Our verdict is that of the newest BuildKit. An older engine differs only where a later release changed it:
    sorted by release, it gives the new verdict up to its own, and the old one after."""
    changed = [case for case in golden("verdicts_changed.json") if not SYNTAX_LINE.search(case["file"])]
    changed.sort(key=lambda case: [int(number) for number in case["since"].split(".")])
    cases = [case["file"].encode("latin-1") for case in changed]
    assert [not parse(data).errors for data in cases] == [case["accepted"] for case in changed]
    answers = ask_all(serve(cases))
    as_today = [(answer == "") == case["accepted"] for answer, case in zip(answers, changed, strict=True)]
    assert as_today == sorted(as_today, reverse=True), list(zip(as_today, changed, strict=True))

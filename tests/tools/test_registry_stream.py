"""Blobs that come in pieces, from a real HTTP server of this process."""

import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from bakehouse.errors import RegistryError
from bakehouse.tools.registry_http import LIMIT_BYTES
from bakehouse.tools.registry_stream import blob_chunks

BLOB = bytes(range(256)) * (3 * LIMIT_BYTES // 256)  # more than a document may have


class Handler(BaseHTTPRequestHandler):
    """/big is whole, /cut ends in the middle, /refused is refused, anything else is not there."""

    def do_GET(self):
        what = self.path.rpartition("/")[2]
        status = {"big": 200, "cut": 200, "refused": 403}.get(what, 404)
        self.send_response(status)
        self.send_header("Content-Length", str(len(BLOB) if status == 200 else 0))
        self.end_headers()
        if status == 200:
            try:
                self.wfile.write(BLOB if what == "big" else BLOB[:1000])
            except OSError:
                self.server.left = True  # the reader went away

    def log_message(self, *args):
        pass


@pytest.fixture
def name(tmp_path, monkeypatch):
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        yield f"127.0.0.1:{server.server_port}/team/app"
        server.shutdown()
        thread.join()


def readers():
    return [t for t in threading.enumerate() if "fetch" in t.name]


def test_a_large_blob_comes_whole_and_in_small_pieces(name):
    pieces = list(blob_chunks(name, "big"))
    assert b"".join(pieces) == BLOB
    assert max(map(len, pieces)) <= 65536


def test_a_reader_that_stops_early_leaves_nothing_running(name):
    pieces = blob_chunks(name, "big")
    assert next(pieces)
    pieces.close()
    end = time.monotonic() + 10
    while readers() and time.monotonic() < end:
        time.sleep(0.05)
    assert readers() == []


@pytest.mark.parametrize(
    ("what", "message"), [("nowhere", "lacks nowhere"), ("refused", "refuses"), ("cut", "in the middle of cut")]
)
def test_what_goes_wrong_is_said(name, what, message):
    with pytest.raises(RegistryError, match=message):
        list(blob_chunks(name, what))

import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from tradingsystem_common.accelerator import nvidia_devices
from tradingsystem_common.probe import probe


@pytest.fixture
def server():
    class Handler(BaseHTTPRequestHandler):
        status = 200

        def do_GET(self):
            self.send_response(Handler.status if self.path == "/health" else 404)
            self.end_headers()

        def log_message(self, *args):
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as http:
        http.handler = Handler
        threading.Thread(target=http.serve_forever, daemon=True).start()
        yield http
        http.shutdown()


def test_a_healthy_service_is_zero(server):
    assert probe(server.server_port) == 0


def test_a_failing_service_is_one(server):
    server.handler.status = 503
    assert probe(server.server_port) == 1


def test_no_service_is_one(server):
    port = server.server_port
    server.shutdown()
    server.server_close()
    assert probe(port) == 1


def test_the_probe_imports_no_framework():
    code = "import sys, tradingsystem_common.probe; print(*(m for m in ('fastapi', 'pydantic') if m in sys.modules))"
    source = __file__.rsplit("/tests/", 1)[0] + "/src"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env={"PYTHONPATH": source})
    assert (result.returncode, result.stdout.strip()) == (0, "")


def test_only_whole_devices_are_listed(tmp_path):
    for name in ("nvidia1", "nvidia0", "nvidiactl", "nvidia-uvm", "null"):
        (tmp_path / name).touch()
    assert nvidia_devices(tmp_path) == ["nvidia0", "nvidia1"]

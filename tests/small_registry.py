"""A small registry over HTTP that keeps manifests and blobs in memory, and misbehaves as it is told."""

import contextlib
import hashlib
import json
import re
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

INDEX = "application/vnd.oci.image.index.v1+json"
MANIFEST = "application/vnd.oci.image.manifest.v1+json"


def digest_of(body: bytes) -> str:
    return "sha256:" + hashlib.sha256(body).hexdigest()


class SmallRegistry(ThreadingHTTPServer):
    """`mode`: "", stall, drip, wrong-body, wrong-digest, expired, read-only, full, broken, no-digest."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.mode = ""
        self.asked: list[tuple[str, str]] = []
        self.manifests: dict[tuple[str, str], tuple[str, bytes]] = {}
        self.blobs: dict[str, bytes] = {}
        self.released = threading.Event()

    @property
    def name(self) -> str:
        return f"127.0.0.1:{self.server_port}"

    def put(self, repository: str, tag: str, body: bytes, media_type: str = MANIFEST) -> str:
        """Keep a manifest under a tag and its digest; the digest."""
        digest = digest_of(body)
        self.manifests[repository, tag] = self.manifests[repository, digest] = (media_type, body)
        return digest

    def put_image(self, repository: str, tag: str, *, created: str = "2026-11-24T10:00:00Z", mark: str = "") -> str:
        """An index of one image with an attestation, as BuildKit pushes it; the digest of the index."""
        config = json.dumps({"created": created, "os": "linux", "architecture": "amd64", "mark": mark}).encode()
        self.blobs[digest_of(config)] = config
        image = json.dumps({"schemaVersion": 2, "config": {"digest": digest_of(config)}, "layers": []}).encode()
        proof = json.dumps({"schemaVersion": 2, "config": {"digest": digest_of(config)}, "attests": mark}).encode()
        children = []
        for body, system in ((image, "linux"), (proof, "unknown")):
            digest = self.put(repository, digest_of(body), body)
            architecture = "amd64" if system == "linux" else "unknown"
            children.append({"mediaType": MANIFEST, "digest": digest, "size": len(body),
                             "platform": {"os": system, "architecture": architecture}})  # fmt: skip
        index = json.dumps({"schemaVersion": 2, "mediaType": INDEX, "manifests": children}).encode()
        return self.put(repository, tag, index, INDEX)

    def digest(self, repository: str, tag: str) -> str | None:
        found = self.manifests.get((repository, tag))
        return digest_of(found[1]) if found else None


@contextlib.contextmanager
def serving():
    """A registry that answers until the block ends."""
    with SmallRegistry() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield server
        finally:
            server.released.set()
            server.shutdown()
            thread.join()


class _Handler(BaseHTTPRequestHandler):
    server: SmallRegistry
    default_request_version = "HTTP/1.0"  # a TLS greeting is answered with HTTP, so that the engine falls back to it

    def do_HEAD(self):
        self._answer()

    def do_GET(self):
        self._answer()

    def do_POST(self):
        """An upload begins: taken by no registry here, each says it in its own way."""
        self.server.asked.append(("POST", self.path))
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self._send({"read-only": 405, "full": 507, "expired": 401, "broken": 500}.get(self.server.mode, 404), b"")

    def do_PUT(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.asked.append(("PUT", self.path))
        status = {"read-only": 405, "full": 507, "expired": 401, "broken": 500}.get(self.server.mode)
        if status:
            return self._send(status, b"")
        repository, tag = re.fullmatch(r"/v2/(.+)/manifests/(.+)", self.path).groups()
        missing = [c["digest"] for c in json.loads(body).get("manifests", ())
                   if (repository, c["digest"]) not in self.server.manifests]  # fmt: skip
        if missing:
            return self._send(404, b"")
        digest = self.server.put(repository, tag, body, self.headers["Content-Type"])
        shown = "sha256:" + "0" * 64 if self.server.mode == "wrong-digest" else digest
        return self._send(201, b"", {"Docker-Content-Digest": shown})

    def _answer(self):
        server, mode = self.server, self.server.mode
        server.asked.append((self.command, self.path))
        if mode == "stall":
            server.released.wait(60)
            return None
        if mode in ("expired", "broken"):
            return self._send(401 if mode == "expired" else 500, b"", {"WWW-Authenticate": 'Basic realm="x"'})
        if self.path == "/v2/":
            return self._send(200, b"{}")
        kind, repository, name = self._place()
        found = server.manifests.get((repository, name)) if kind == "manifests" else None
        if kind == "blobs" and name in server.blobs:
            found = ("application/octet-stream", server.blobs[name])
        if found is None:
            return self._send(404, b"")
        media_type, body = found
        headers = {"Content-Type": media_type, "Docker-Content-Digest": digest_of(body)}
        if mode == "wrong-body":
            body = body[:-1] + b" }"
        if mode == "wrong-digest":
            headers["Docker-Content-Digest"] = "sha256:" + "0" * 64
        if mode == "no-digest":
            del headers["Docker-Content-Digest"]
        return self._send(200, body, headers)

    def _place(self):
        return re.fullmatch(r"/v2/(.+)/(manifests|blobs)/(.+)", self.path).group(2, 1, 3)

    def _send(self, status, body, headers=None):
        with contextlib.suppress(OSError):
            self.send_response(status)
            for name, value in {"Content-Length": str(len(body)), **(headers or {})}.items():
                self.send_header(name, value)
            self.end_headers()
            if self.command == "HEAD":
                return
            step = 1 if self.server.mode == "drip" else len(body) or 1
            for i in range(0, len(body), step):
                self.wfile.write(body[i : i + step])
                if step == 1:
                    self.wfile.flush()
                    time.sleep(0.2)

    def log_message(self, *args):
        pass

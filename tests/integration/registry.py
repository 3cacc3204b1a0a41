"""A registry of the tests' own: a process on a free port, plain HTTP, deleting allowed, and its garbage collection."""

import shutil
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from tests.integration.buildkit import free_port


class Registry:
    """`host` is what references begin with."""

    def __init__(self, home: Path) -> None:
        program = shutil.which("docker-registry") or shutil.which("registry")
        if program is None:
            pytest.skip("no registry program (Debian: docker-registry)")
        self.program, self.home, self.port = program, home, free_port()
        self.host = f"localhost:{self.port}"
        self.data = home / "data"
        home.mkdir(parents=True, exist_ok=True)
        self.configuration = home / "config.yml"
        self.configuration.write_text(
            f"version: 0.1\nstorage:\n  filesystem: {{rootdirectory: {self.data}}}\n  delete: {{enabled: true}}\n"
            f"http: {{addr: 'localhost:{self.port}'}}\n"
        )
        self.start()

    def start(self) -> None:
        with (self.home / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [self.program, "serve", self.configuration], stdout=log, stderr=log, start_new_session=True
            )
        for _ in range(100):
            try:
                urllib.request.urlopen(f"http://{self.host}/v2/", timeout=2).close()
            except OSError:
                time.sleep(0.1)
            else:
                return
        raise AssertionError("the registry does not answer")

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(20)

    def blobs(self) -> list[Path]:
        return sorted(self.data.glob("docker/registry/v2/blobs/sha256/*/*/data"), key=lambda p: p.stat().st_size)

    def collect(self) -> None:
        """Garbage collection, as an operator runs it: stopped, collected, started."""
        self.stop()
        subprocess.run([self.program, "garbage-collect", self.configuration], check=True, capture_output=True)
        self.start()

    def digest(self, path: str) -> str | None:
        """The digest of `repository:tag` or `repository@digest`; None where it is not there."""
        repository, _, selector = path.partition("@") if "@" in path else path.rpartition(":")
        kinds = "application/vnd.oci.image.index.v1+json, application/vnd.oci.image.manifest.v1+json"
        request = urllib.request.Request(
            f"http://{self.host}/v2/{repository}/manifests/{selector}", method="HEAD", headers={"Accept": kinds}
        )
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return answer.headers["Docker-Content-Digest"]
        except urllib.error.HTTPError as error:
            error.close()
            assert error.code == 404
            return None

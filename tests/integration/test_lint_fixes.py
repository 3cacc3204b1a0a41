"""What lint's fixes leave still builds, and safe fixes leave the image as it was but for what they say."""

from __future__ import annotations

import hashlib
import io
import subprocess
import tarfile

import pytest

from tests.integration.conftest import EXAMPLE, SMALL_BASE, Cli

pytestmark = pytest.mark.engine

SLOPPY = f"""\
FROM {SMALL_BASE} As Build
MAINTAINER somebody <somebody@example.com>
ENV GREETING hello world
ENV PLACE=/srv
RUN apt-get update && apt-get install -y \\
    # small, and without dependencies
    bc \\
    ed
RUN cd /tmp
RUN mkdir -p /srv && \\

    echo "$GREETING" > /srv/greeting
RUN <<END
echo one
echo two > /srv/two
END
from {SMALL_BASE}
COPY --from=Build /srv /srv
COPY app.txt other.txt /srv/
RUN useradd -u 70000 app && \\
    chown -R app /srv
EXPOSE 80/TCP
CMD ["true"]
CMD ["cat", "/srv/greeting"]
"""
CHANGES = ("var/lib/apt", "var/cache", "var/log", "etc/apt", "run/", "tmp", "root/", "etc/shadow", "dev", "proc", "sys")
"""Where package lists, logs and dates lie: what differs between any two builds, or is what a fix takes out."""


def listing(image: str) -> dict[str, str]:
    """Path -> type, mode, owner and content of everything in an image but CHANGES."""
    container = subprocess.run(["docker", "create", image], capture_output=True, text=True, check=True).stdout.strip()
    try:
        data = subprocess.run(["docker", "export", container], capture_output=True, check=True).stdout
    finally:
        subprocess.run(["docker", "rm", container], capture_output=True, check=True)
    found = {}
    with tarfile.open(fileobj=io.BytesIO(data)) as archive:
        for member in archive:
            if member.name.startswith(CHANGES):
                continue
            content = archive.extractfile(member) if member.isfile() else None
            digest = hashlib.sha256(content.read()).hexdigest() if content else member.linkname
            found[member.name] = f"{member.type!r} {member.mode:o} {member.uid}:{member.gid} {digest}"
    return found


def image_of(cli: Cli) -> str:
    """The tag of the one image that a workspace builds; it is built, whatever was built before."""
    (target,) = cli.json("plan")["targets"]
    cli("build", "--no-reuse")
    return target["tags"][0]


@pytest.fixture
def sloppy(small) -> Cli:
    return small({"app/Dockerfile": SLOPPY, "app/app.txt": "a\n", "app/other.txt": "b\n"})


def test_safe_fixes_leave_the_image_as_it_was(sloppy):
    before = listing(image_of(sloppy))
    sloppy("lint", "--fix", "--fail-on", "never")
    text = (sloppy.directory / "app/Dockerfile").read_text()
    assert "AS build" in text
    assert "# small, and without dependencies" in text
    assert text.count("CMD") == 1
    after = listing(image_of(sloppy))
    assert {
        p: (before.get(p), after.get(p)) for p in before.keys() | after.keys() if before.get(p) != after.get(p)
    } == {}
    sloppy("lint", "--diff", code=0)  # a second run changes nothing


def test_unsafe_fixes_still_build(sloppy):
    sloppy("lint", "--fix", "--unsafe", "--fail-on", "never")
    text = (sloppy.directory / "app/Dockerfile").read_text()
    assert "--mount=type=cache" in text
    after = listing(image_of(sloppy))
    assert {"srv/greeting", "srv/two", "srv/app.txt"} <= after.keys()
    sloppy("lint", "--diff", "--unsafe", code=0)


@pytest.mark.parametrize("service", ["infrastructure/timescaledb", "infrastructure/questdb"])
def test_a_former_file_of_the_example_builds_after_all_fixes(service, tmp_path):
    """The files that the example's services had before: fixed by the tool alone, built by the real engine."""
    root = tmp_path / "former"
    subprocess.run(["git", "clone", "-q", str(EXAMPLE.parents[1]), str(root)], check=True)
    example = root / "examples" / "tradingsystem"
    (example / service / "Dockerfile").write_bytes((EXAMPLE / service / "Dockerfile.legacy").read_bytes())
    name = service.rpartition("/")[2]
    build = f"services:\n  {name}: {{build: {{context: ., dockerfile: {service}/Dockerfile}}}}\n"
    (example / "compose.yaml").write_text(build)  # as it was then: the last stage, built from the root
    (example / "bakehouse.toml").unlink()
    cli = Cli(example)
    cli("bases", "bootstrap")
    cli("lint", f"{service}/Dockerfile", "--fix", "--unsafe", "--fail-on", "never")
    cli("build", name, "--no-reuse")

"""`bakehouse diff` on images that BuildKit made: known differences, and one image read from two places."""

import subprocess
import uuid

import pytest

from bakehouse.image.archive import read_archive
from bakehouse.image.file_system import flatten
from bakehouse.image.layer_tar import read_layer
from bakehouse.migrate.compare_files import compare_files

pytestmark = [pytest.mark.engine, pytest.mark.timeout(580)]

BASE = """\
FROM debian:trixie-slim
RUN mkdir -p /srv/d /srv/gone && echo one > /srv/d/content && echo x > /srv/d/mode && echo x > /srv/d/owner \\
 && echo x > /srv/gone/inside && ln -s content /srv/d/link && echo x > /srv/d/named && ln /srv/d/named /srv/d/second \\
 && mkdir /srv/opaque && echo x > /srv/opaque/old
"""
MADE_BY_THE_ENGINE = {
    *(".dockerenv", "dev/console", "dev/pts", "dev/shm", "proc", "sys"),
    *("etc/hostname", "etc/hosts", "etc/mtab", "etc/resolv.conf"),
}
"""What `docker create` puts into every container."""

FIRST = BASE + "ENV KEPT=1 LOST=1\n"
SECOND = BASE + """\
RUN echo two > /srv/d/content
RUN chmod 4755 /srv/d/mode && chown 1000:1000 /srv/d/owner && ln -sf mode /srv/d/link
RUN rm -r /srv/gone && rm /srv/d/named && mv /etc/issue /etc/issue.net
RUN rm -r /srv/opaque && mkdir /srv/opaque && echo x > /srv/opaque/new
RUN echo log > /var/log/made && mkdir -p /srv/new && echo x > /srv/new/one
ENV KEPT=1
USER 1000
"""  # fmt: skip


def test_known_differences_and_one_image_from_the_engine_and_an_archive(small):
    project = f"diff{uuid.uuid4().hex[:10]}"
    cli = small({
        "bakehouse.toml": f'[workspace]\nname = "{project}"\n',
        "first/Dockerfile": FIRST,
        "second/Dockerfile": SECOND,
    })  # fmt: skip
    cli("build", "first", "second", timeout=280)
    found = cli.json("diff", "first", "second", code=1, timeout=280)
    changes = {file["path"]: (file["how"], file["aspects"], file["cause"]) for file in found["files"]}
    source = "application source"
    assert changes == {
        "srv/d/content": ("changed", ["content"], source),
        "srv/d/mode": ("changed", ["mode", "setuid"], source),
        "srv/d/owner": ("changed", ["owner"], source),
        "srv/d/link": ("changed", ["target"], source),
        "srv/d/named": ("removed", [], source),
        "srv/gone": ("removed", [], source),
        "srv/gone/inside": ("removed", [], source),
        "srv/opaque/old": ("removed", [], source),
        "srv/opaque/new": ("added", [], source),
        "srv/new": ("added", [], source),
        "srv/new/one": ("added", [], source),
        "var/log/made": ("added", [], "logs and temporary files"),
        "etc/issue": ("removed", [], "configuration"),
        "etc/issue.net": ("changed", ["content"], "configuration"),
    }
    settings = {(change["setting"], change["key"], change["how"]) for change in found["config"]}
    assert {("env", "LOST", "removed"), ("user", None, "added")} <= settings
    assert {setting for setting, _, _ in settings} <= {"env", "user", "labels"}
    assert found["packages"] == []
    assert found["before"]["packages"] > 20
    name = cli.json("layers", "second")["images"][0]["name"]
    subprocess.run(["docker", "image", "save", "-o", cli.directory / "second.tar", name], check=True, timeout=200)
    assert cli("diff", "second", "second.tar", timeout=280).stdout.startswith("Same content")
    with (cli.directory / "second.tar").open("rb") as archive:
        (image,) = read_archive(iter(lambda: archive.read(1 << 18), b""), "second.tar").images()
    assert differences(flatten(image.layers), exported(name)) <= MADE_BY_THE_ENGINE


def exported(name):
    """The file system of a container as the engine itself makes it of the layers."""
    container = subprocess.run(
        ["docker", "create", name, "x"], check=True, capture_output=True, text=True
    ).stdout.strip()
    try:
        data = subprocess.run(["docker", "export", container], check=True, capture_output=True, timeout=200).stdout
    finally:
        subprocess.run(["docker", "rm", container], check=True, capture_output=True)
    return flatten([read_layer([data])])


def differences(ours, engines):
    return {found.path for found in compare_files(ours, engines)}

"""Configurations compared, setting by setting; packages by name and version."""

from __future__ import annotations

import json

from tests.migrate.test_causes import package

from bakehouse.image.documents import ImageConfig, read_json
from bakehouse.migrate.compare_config import HIDDEN, compare_config
from bakehouse.migrate.compare_packages import compare_packages


def image(architecture="amd64", **config):
    document = {"os": "linux", "architecture": architecture, "config": config}
    return read_json(json.dumps(document).encode(), ImageConfig, "x")


def compare(one, two):
    return [(c.setting, c.key, str(c.how), c.before, c.after) for c in compare_config(one, two)]


def test_each_setting():
    one = image(
        User="root", Env=["A=1", "LOST=x=y", "SAME=1"], Cmd=["a", "b"], WorkingDir="/a", ExposedPorts={"80/tcp": {}},
        Volumes={"/data": {}}, Labels={"l": "1"}, StopSignal="SIGINT", Shell=["bash"],
        Healthcheck={"Test": ["CMD", "x"], "Interval": 30_000_000_000, "Retries": 3},
    )  # fmt: skip
    two = image("arm64", Env=["A=2", "NEW=", "SAME=1"], Entrypoint=["e"], Cmd=["a"], ExposedPorts=None)
    assert compare(one, two) == [
        ("architecture", None, "changed", "amd64", "arm64"),
        ("entrypoint", None, "added", None, '["e"]'),
        ("cmd", None, "changed", '["a", "b"]', '["a"]'),
        ("shell", None, "removed", '["bash"]', None),
        ("user", None, "removed", "root", None),
        ("workdir", None, "removed", "/a", None),
        ("env", "A", "changed", "1", "2"),
        ("env", "LOST", "removed", "x=y", None),
        ("env", "NEW", "added", None, ""),
        ("ports", "80/tcp", "removed", "exposed", None),
        ("volumes", "/data", "removed", "declared", None),
        ("health check", "interval", "removed", "30 s", None),
        ("health check", "retries", "removed", "3", None),
        ("health check", "test", "removed", '["CMD", "x"]', None),
        ("stop signal", None, "removed", "SIGINT", None),
        ("labels", "l", "removed", "1", None),
    ]
    assert compare(one, one) == []


def test_an_image_without_configuration():
    assert compare(read_json(b"{}", ImageConfig, "x"), read_json(b'{"config": null}', ImageConfig, "x")) == []


def test_values_that_sound_like_secrets_are_not_shown():
    changes = compare(
        image(Env=["API_TOKEN=abc123abc", "URL=https://me:hunter2hunter2@example.com/"]),
        image(Env=["API_TOKEN=def456def"]),
    )
    assert changes[0] == ("env", "API_TOKEN", "changed", HIDDEN, HIDDEN)
    assert changes[1][1] == "URL"
    assert "hunter2" not in changes[1][3]


def test_packages():
    before = [
        package("a", "1"),
        package("b", "1"),
        package("n", "1", ecosystem="npm"),
        package("n", "2", ecosystem="npm"),
    ]
    after = [package("a", "2"), package("c", "1"), package("n", "2", ecosystem="npm")]
    assert [(c.ecosystem, c.name, str(c.how), c.before, c.after) for c in compare_packages(before, after)] == [
        ("deb", "a", "moved", ("1",), ("2",)),
        ("deb", "b", "removed", ("1",), ()),
        ("deb", "c", "added", (), ("1",)),
        ("npm", "n", "moved", ("1", "2"), ("2",)),
    ]

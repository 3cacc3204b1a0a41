"""Retention in a real registry: what goes, what a release keeps, and the disk after the registry's own collection."""

import json
import subprocess
import uuid

import pytest

from tests.integration.conftest import SMALL_BASE

pytestmark = pytest.mark.engine


def test_old_records_and_caches_go_and_what_a_release_uses_stays(small, registry):
    mark = uuid.uuid4().hex
    section = f'[workspace]\nname = "shop"\n[registry]\nurl = "{registry.host}"\n[cache]\nbackend = "registry"\n'
    cli = small({
        "api/Dockerfile": f"FROM {SMALL_BASE} AS build\nCOPY f /f\nRUN head -c 3000000 /dev/urandom > /big-{mark}\n"
                          f"FROM {SMALL_BASE}\nCOPY --from=build /big-{mark} /big\n",
        "api/f": "1",
        "bakehouse.toml": section + 'max_size = "1kB"\n',
    })  # fmt: skip
    cli("build", "--push")
    first = registry.digest("shop/api:prod")
    cache = registry.digest("shop/api:buildcache-prod")
    (cli.directory / "api" / "f").write_text("2")
    cli("build", "--push")
    second = registry.digest("shop/api:prod")
    assert first and second and first != second
    assert registry.digest(f"shop/api@{cache}") is None, "the replaced cache manifest is still there"
    assert registry.digest(f"shop/api@{first}") == first

    planned = cli.json("cache", "retention", "--dry-run")
    assert sorted(e["kind"] for e in planned["dropped"]) == ["cache", "identity"]
    assert [e["keep"] for e in planned["kept"]] == ["a release uses it (tag prod)"]
    assert registry.digest(f"shop/api@{first}") == first
    kept = cli.json("cache", "retention", "--dry-run", "--keep", f"{registry.host}/shop/api@{first}")
    assert [e["kind"] for e in kept["dropped"]] == ["cache"]

    done = cli.json("cache", "retention")
    assert done["problems"] == []
    assert registry.digest(f"shop/api@{first}") is None
    assert registry.digest("shop/api:buildcache-prod") is None
    assert registry.digest("shop/api:prod") == second
    before = sum(b.stat().st_size for b in registry.blobs())
    registry.collect()
    assert sum(b.stat().st_size for b in registry.blobs()) < before - 3_000_000
    subprocess.run(["docker", "image", "rm", "-f", f"{registry.host}/shop/api:prod"], capture_output=True)
    pulled = subprocess.run(["docker", "pull", "-q", f"{registry.host}/shop/api:prod"], capture_output=True, text=True)
    assert pulled.returncode == 0, pulled.stderr
    assert cli.json("plan", "--push")["targets"][0]["verdict"] == "reuse"
    subprocess.run(["docker", "image", "rm", "-f", f"{registry.host}/shop/api:prod"], capture_output=True)
    assert json.loads(cli("cache", "retention", "--json").stdout)["dropped"] == []

"""`bakehouse layers` on real images: the engine, the registry, what `docker save` and `--output type=oci` write."""

import json
import subprocess

import pytest

from tests.integration.conftest import BAKEHOUSE, Cli

pytestmark = pytest.mark.engine

DOCKERFILE = """\
FROM scratch AS files
COPY big small /

FROM files
COPY big /copy
COPY --chmod=600 small /small
ADD replaced /big
"""


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """A directory with a Dockerfile, and its image: in the engine, in the registry, as archives, as a layout."""
    root = tmp_path_factory.mktemp("layers")
    (root / "Dockerfile").write_text(DOCKERFILE)
    (root / "big").write_bytes(b"b" * 200_000)
    (root / "small").write_bytes(b"s" * 30_000)
    (root / "replaced").write_bytes(b"r" * 1_000)
    name = "localhost:5000/bakehouse-test/layers:1"
    base = ["docker", "buildx", "build", "--quiet"]
    for options in (
        ["--load", "-t", name],
        ["--push", "-t", name, "--provenance=mode=max"],
        ["--output", "type=oci,dest=oci.tar"],
        ["--output", "type=oci,dest=zstd.tar,compression=zstd,force-compression=true"],
    ):
        subprocess.run([*base, *options, "."], cwd=root, check=True, capture_output=True, timeout=300)
    subprocess.run(["docker", "image", "save", "-o", "save.tar", name], cwd=root, check=True, timeout=300)
    (root / "layout").mkdir()
    subprocess.run(["tar", "-xf", "oci.tar", "-C", "layout"], cwd=root, check=True)
    yield Cli(root), name
    subprocess.run(["docker", "image", "rm", "-f", name], capture_output=True)


def check(image, *, lines):
    sizes = [(x["bytes"], x["wasted_bytes"]) for x in image["layers"]]
    assert sizes == [(230_000, 230_000), (200_000, 0), (30_000, 0), (1_000, 0)]
    assert {(w["path"], w["layer"], w["by"], w["how"]) for w in image["wasted"]} == {
        ("big", 1, 4, "overwritten"),
        ("small", 1, 3, "rewritten"),
    }
    assert (image["seen_bytes"], image["platform"]) == (231_000, "linux/amd64")
    if lines:
        assert [x["line"] for x in image["layers"]] == [2, 5, 6, 7]


@pytest.mark.parametrize("what", ["save.tar", "oci.tar", "zstd.tar", "layout"])
def test_files(built, what):
    cli, _ = built
    (image,) = cli.json("layers", what, "--dockerfile", "Dockerfile")["images"]
    check(image, lines=True)


def test_the_engine(built):
    cli, name = built
    (image,) = cli.json("layers", name, "--source", "engine", "--dockerfile", "Dockerfile")["images"]
    check(image, lines=True)
    assert image["source"] == "engine"


def test_the_registry_with_lines_from_provenance(built):
    cli, name = built
    (image,) = cli.json("layers", name, "--source", "registry")["images"]
    check(image, lines=True)
    assert (image["source"], image["layers"][0]["dockerfile"]) == ("registry", "Dockerfile")


def test_standard_input(built):
    cli, name = built
    command = f"docker image save {name} | {BAKEHOUSE} layers - --json"
    done = subprocess.run(["bash", "-c", command], cwd=cli.directory, capture_output=True, text=True, timeout=300)
    check(json.loads(done.stdout)["images"][0], lines=False)


def test_limits_and_names_that_nobody_has(built):
    cli, name = built
    cli("layers", name, "--max-layers", "20", "--max-size", "1MB")
    cli("layers", name, "--max-layers", "3", code=1)
    cli("layers", name, "--min-efficiency", "90%", code=1)
    assert "there is no image" in cli("layers", "localhost:5000/bakehouse-test/nowhere:1", code=2).stderr

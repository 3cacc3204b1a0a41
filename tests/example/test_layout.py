"""The example keeps its promises: every service has dev and prod, and the Dockerfile it had before."""

from pathlib import Path

import pytest

from bakehouse import api
from bakehouse.dockerfile.parser import parse

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "tradingsystem"
SERVICES = api.scan(EXAMPLE).services
DOCKERFILES = sorted({s.dockerfile for s in SERVICES if s.dockerfile})


def test_there_are_fourteen_services_and_two_libraries():
    workspace = api.scan(EXAMPLE)
    assert len(workspace.services) == 14
    assert {library.path for library in workspace.libraries} == {"libs/node-common", "libs/py-common"}
    assert [n.message for n in workspace.notices if n.level == "warning"] == []


@pytest.mark.parametrize("service", SERVICES, ids=lambda s: s.name)
def test_every_service_has_its_variants(service):
    assert {"dev", "prod"} <= service.variants.keys()
    assert ("gpu" in service.variants) == (service.kind == "python-ai")


@pytest.mark.parametrize("dockerfile", DOCKERFILES)
def test_the_legacy_file_is_of_one_stage_and_runs_as_root(dockerfile):
    path = EXAMPLE / f"{dockerfile}.legacy"
    tree = parse(path.read_bytes(), path.name).require_valid()
    names = [i.name for i in tree.instructions]
    assert names.count("FROM") == 1
    users = [i.arguments[0] for i in tree.instructions if i.name == "USER"]
    own = ["postgres"] if "timescaledb" in dockerfile else []  # PostgreSQL refuses to run as root
    assert users[-1:] in ([], ["root"], ["0"], own)


def test_no_lock_file_names_a_registry():
    for lock in EXAMPLE.rglob("package-lock.json"):
        if "node_modules" not in lock.parts:
            assert '"resolved": "http' not in lock.read_text()
    for lock in EXAMPLE.rglob("*.lock"):
        lines = [line for line in lock.read_text().splitlines() if not line.lstrip().startswith("#")]
        assert [line for line in lines if "://" in line] == []

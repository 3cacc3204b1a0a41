"""Where builders work, read from the files that docker and buildx keep."""

import json

import pytest

from bakehouse.tools.docker_client import is_here


@pytest.fixture
def place(tmp_path):
    """Writes one of the client's files; gives the environment that points at them."""

    def write(**files):
        for name, content in files.items():
            path = tmp_path / {"config": "config.json", "current": "buildx/current"}.get(
                name, f"buildx/instances/{name}"
            )
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content if isinstance(content, str) else json.dumps(content))
        return {"DOCKER_CONFIG": str(tmp_path)}

    return write


def instance(driver, *endpoints):
    return {"Name": "x", "Driver": driver, "Nodes": [{"Name": f"x{i}", "Endpoint": e} for i, e in enumerate(endpoints)]}


SOCKET = "unix:///var/run/docker.sock"


def test_the_plain_engine_is_here(place):
    assert is_here(env=place())
    assert is_here(env=place(current={"Key": SOCKET, "Name": "", "Global": False}))
    assert is_here(["default"], env=place())
    assert is_here(env=place() | {"DOCKER_HOST": SOCKET})
    assert is_here(env=place(config={"currentContext": "desktop-linux"}))


@pytest.mark.parametrize(
    ("env", "files"),
    [
        ({"DOCKER_HOST": "tcp://far:2376"}, {}),
        ({"DOCKER_HOST": "ssh://far"}, {}),
        ({"DOCKER_CONTEXT": "far"}, {}),
        ({}, {"config": {"currentContext": "far"}}),
        ({"BUILDX_BUILDER": "unheard-of"}, {}),
        ({}, {"current": {"Name": "far"}, "far": instance("remote", "tcp://far:1234")}),
        ({}, {"current": {"Name": "far"}, "far": instance("kubernetes", "kubernetes:///far")}),
        ({}, {"current": {"Name": "two"}, "two": instance("docker-container", SOCKET, "ssh://far")}),
        ({}, {"current": {"Name": "none"}, "none": instance("docker-container")}),
        ({}, {"current": {"Name": "bad"}, "bad": "garbage"}),
    ],
)
def test_what_may_be_elsewhere_is_not_here(place, env, files):
    assert not is_here(env=place(**files) | env)


def test_a_container_builder_of_this_engine_is_here(place):
    env = place(mine=instance("docker-container", SOCKET), far=instance("remote", "tcp://far:1"))
    assert is_here(["mine"], env=env)
    assert not is_here(["mine", "far"], env=env)

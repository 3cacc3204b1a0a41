"""Commands for builders of each driver, and what is refused before anything is done."""

from pathlib import Path

import pytest

from bakehouse.build.builder_create import BuilderWish, NodeWish, check, commands, node_wish
from bakehouse.errors import UsageError


def test_a_remote_builder_with_two_nodes_and_tls(tmp_path):
    for name in ("ca", "cert", "key"):
        (tmp_path / name).write_text("x")
    wish = BuilderWish(
        name="both",
        driver="remote",
        nodes=(node_wish("linux/amd64=tcp://x:1"), node_wish("linux/arm64,linux/arm/v7=tcp://a:1")),
        ca=tmp_path / "ca",
        cert=tmp_path / "cert",
        key=tmp_path / "key",
    )
    check(wish)
    options = ("--driver-opt", f"cacert={tmp_path}/ca", "--driver-opt", f"cert={tmp_path}/cert", "--driver-opt", f"key={tmp_path}/key")  # fmt: skip
    create = ("docker", "buildx", "create", "--name", "both", "--driver", "remote")
    assert commands(wish) == (
        (*create, "--node", "both0", "--platform", "linux/amd64", *options, "tcp://x:1"),
        (*create, "--append", "--node", "both1", "--platform", "linux/arm64,linux/arm/v7", *options, "tcp://a:1"),
    )


def test_kubernetes_and_docker_container():
    wish = BuilderWish(name="k8s", driver="kubernetes", options=("namespace=b", "replicas=2"), config=Path("c.toml"))
    check(wish)
    assert commands(wish) == (
        ("docker", "buildx", "create", "--name", "k8s", "--driver", "kubernetes", "--node", "k8s0", "--config", "c.toml",
         "--driver-opt", "namespace=b", "--driver-opt", "replicas=2"),
    )  # fmt: skip
    arm = BuilderWish(name="k8s", driver="kubernetes", nodes=(NodeWish(), node_wish("linux/arm64=")))
    check(arm)
    assert "--append" in commands(arm)[1]
    check(BuilderWish(name="c", driver="docker-container"))


@pytest.mark.parametrize(
    ("wish", "said"),
    [
        (BuilderWish(name="-x", driver="remote"), "not a name"),
        (BuilderWish(name="x", driver="docker"), "is the engine itself"),
        (BuilderWish(name="x", driver="remote"), "needs an address"),
        (BuilderWish(name="x", driver="remote", nodes=(NodeWish(endpoint="http://h"),)), "not an address"),
        (BuilderWish(name="x", driver="remote", nodes=(NodeWish(endpoint="tcp://h:1"),), key=Path("k")), "belong together"),
        (BuilderWish(name="x", driver="remote", nodes=(NodeWish(endpoint="tcp://h:1"),), ca=Path("/no/ca")), "/no/ca is not there"),
        (BuilderWish(name="x", driver="kubernetes", ca=Path("ca")), "for the remote driver"),
        (BuilderWish(name="x", driver="kubernetes", nodes=(NodeWish(endpoint="a"), NodeWish())), "have no address"),
    ],
)  # fmt: skip
def test_bad_wishes_are_refused(wish, said):
    with pytest.raises(UsageError, match=said):
        check(wish)


def test_a_bad_platform_is_named():
    with pytest.raises(UsageError, match="not a platform: arm64"):
        node_wish("arm64=tcp://h:1")
    assert node_wish("tcp://h:1") == NodeWish(endpoint="tcp://h:1")

"""The expected argument lists of what tends caches, builders and platforms."""

from pathlib import Path

import pytest

from bakehouse.tools import buildx, docker, git, mmdebstrap

BUILDX = ("docker", "buildx")


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (buildx.disk_usage(), (*BUILDX, "du")),
        (buildx.disk_usage("n1", verbose=True), (*BUILDX, "du", "--builder", "n1", "--verbose")),
        (buildx.prune(), (*BUILDX, "prune", "--force")),
        (
            buildx.prune(builder="n1", everything=True, until="60s", keep_bytes=5),
            (*BUILDX, "prune", "--force", "--builder", "n1", "--all", "--filter", "until=60s", "--keep-storage", "5"),
        ),
        (buildx.prune(record="abc"), (*BUILDX, "prune", "--force", "--filter", "id=abc")),
        (buildx.use_builder("n1"), (*BUILDX, "use", "n1")),
        (
            buildx.join_tags(("r/a:1-amd64", "r/a:1-arm64"), "r/a:1"),
            (*BUILDX, "imagetools", "create", "--tag", "r/a:1", "r/a:1-amd64", "r/a:1-arm64"),
        ),
        (docker.build_cache(), ("docker", "system", "df", "--verbose", "--format", "{{json .BuildCache}}")),
        (
            docker.run_detached("img", name="x", platform="linux/arm64", command=("a", "b"), pull=True),
            ("docker", "run", "--detach", "--name", "x", "--platform", "linux/arm64", "--network", "none", "--pull",
             "missing", "--memory", "1g", "--pids-limit", "512", "--security-opt", "no-new-privileges", "img", "a", "b"),
        ),
        (docker.remove_container("x"), ("docker", "container", "rm", "--force", "--volumes", "x")),
        (docker.container_log("x"), ("docker", "logs", "--tail", "20", "x")),
        (docker.container_state("x"), ("docker", "container", "inspect", "--format", "{{json .State}}", "x")),
        (
            git.worktree_add(Path("/r"), Path("/t"), "main"),
            ("git", "-C", "/r", "worktree", "add", "--quiet", "--detach", "/t", "main"),
        ),
        (git.worktree_remove(Path("/r"), Path("/t")), ("git", "-C", "/r", "worktree", "remove", "--force", "/t")),
        (git.prefix(Path("/r")), ("git", "-C", "/r", "rev-parse", "--show-prefix")),
    ],
    ids=lambda value: " ".join(value)[:60],
)  # fmt: skip
def test_commands(found, expected):
    assert found == expected


def test_a_foreign_root_file_system_is_never_set_up_without_a_chroot():
    argv = mmdebstrap.bootstrap("trixie", Path("/r.tar"), (), "arm64")
    assert "--architectures=arm64" in argv
    assert not any("chrootless" in word for word in argv)
    assert not any(word.startswith("--architectures") for word in mmdebstrap.bootstrap("trixie", Path("/r.tar")))

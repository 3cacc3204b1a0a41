"""Builder configuration: the generated text is parsed back, and compared with the engine that runs."""

import json
import tomllib
from pathlib import Path

import pytest

from bakehouse import config
from bakehouse.build import builder_apply, builder_list, builders
from bakehouse.errors import EngineError, UsageError
from bakehouse.model.builder import GcRule

KEEP = builders.Retention(max_age=30 * 86_400, max_bytes=10_000_000_000)


def test_the_default_is_thirty_days_and_ten_gigabytes(tmp_path):
    assert builders.retention(config.load(tmp_path, env={})) == KEEP
    assert KEEP.words == "30 days and 10 GB"


def test_daemon_json_has_the_age_first_and_never_joined_to_a_size():
    policy = builders.daemon_json(KEEP)["builder"]["gc"]["policy"]
    assert policy == [
        {"all": True, "keepStorage": "0", "filter": ["unused-for=2592000s"]},
        {"all": True, "keepStorage": "10000000000"},
    ]


@pytest.mark.parametrize(
    ("buildkit", "keys"),
    [
        ((0, 17), ["maxUsedSpace"]),
        ((0, 16), ["keepBytes"]),
        ((0, 9), ["keepBytes"]),
        (None, ["keepBytes", "maxUsedSpace"]),  # an entry whose size is not understood would drop the whole cache
    ],
)
def test_buildkitd_toml_has_two_entries_in_the_spelling_of_the_version(buildkit, keys):
    worker = tomllib.loads(builders.buildkitd_toml(KEEP, buildkit=buildkit))["worker"]["oci"]
    assert worker == {
        "gc": True,
        "gcpolicy": [{"all": True, "keepDuration": 2_592_000}, {"all": True} | dict.fromkeys(keys, 10_000_000_000)],
    }


def test_a_limit_of_zero_is_no_entry():
    only_size = builders.Retention(max_age=0, max_bytes=5)
    assert len(tomllib.loads(builders.buildkitd_toml(only_size))["worker"]["oci"]["gcpolicy"]) == 1
    off = builders.Retention(max_age=0, max_bytes=0)
    assert builders.daemon_json(off) == {"builder": {"gc": {"enabled": False, "policy": []}}}
    assert tomllib.loads(builders.buildkitd_toml(off)) == {"worker": {"oci": {"gc": False}}}


def test_local_registries_are_plain_and_others_get_the_ca(tmp_path):
    (tmp_path / "bakehouse.toml").write_text('[registry]\nurl = "registry.example:5000/team"\n')
    known = builders.registries(config.load(tmp_path, env={}), (Path('/etc/a "b".pem'),))
    document = tomllib.loads(builders.buildkitd_toml(KEEP, known))["registry"]
    assert document == {
        "registry.example:5000": {"ca": ['/etc/a "b".pem']},
        "localhost:5000": {"http": True},
        "docker.io": {"ca": ['/etc/a "b".pem']},
    }


@pytest.mark.parametrize("host", ["localhost:5000", "localhost", "127.0.0.1:5000", "[::1]:5000"])
def test_local_hosts(host):
    assert builders.is_local(host)


@pytest.mark.parametrize("host", ["localhost.example:5000", "registry.example", "10.0.0.1:5000"])
def test_other_hosts(host):
    assert not builders.is_local(host)


def test_every_driver_has_its_file_and_its_command():
    local = (builders.Registry(host="localhost:5000", http=True),)
    made = {d: builders.configuration(d, KEEP, local, name="n", image="i") for d in builders.DRIVERS}
    assert json.loads(made["docker"].text) == builders.daemon_json(KEEP)
    assert made["docker"].commands == ()
    (command,) = made["docker-container"].commands
    assert command[-4:] == ("--driver-opt", "network=host", "--driver-opt", "image=i")
    assert "--config" in command
    (command,) = made["remote"].commands
    assert command[-1] == "tcp://HOST:1234"
    assert "--config" not in command
    (command,) = made["kubernetes"].commands
    assert "namespace=bakehouse" in command
    assert "network=host" not in command
    assert all(m.steps for m in made.values())


def rule(**fields):
    return GcRule(**{"all": True, "max_age": 0, "max_bytes": 0, **fields})


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        ([rule(max_age=2_592_000.4), rule(max_bytes=10**10)], True),
        ([rule(max_age=2_592_000, max_bytes=10**10)], False),  # one entry: joined by AND
        ([rule(max_bytes=10**10)], False),
        ([rule(max_age=2_592_000), rule(max_bytes=9 * 10**9)], False),
        ([rule(max_age=2_592_000, filters=("type==source.local",)), rule(max_bytes=10**10)], False),
        ([rule(max_age=2_592_000, all=False), rule(max_bytes=10**10)], False),
        ([], False),
    ],
)
def test_applied(rules, expected):
    assert builders.applied(rules, KEEP) is expected


def test_builders_are_read_in_the_old_and_the_new_spelling():
    node = {"Name": "n", "Status": "running", "Version": "v0.17.1", "Platforms": None}
    old = {**node, "Version": "v0.0.0+unknown", "GCPolicy": [{"all": True, "keepBytes": 7, "filter": [""]}]}
    new = {**node, "GCPolicy": [{"all": True, "keepDuration": 2 * 10**9}, {"maxUsedSpace": 7, "filter": ["id==1"]}]}
    rows = [{"Name": "old", "Driver": "docker", "Nodes": [old]}] * 2 + [{"Name": "new", "Nodes": [new], "More": 1}]
    first, second = builder_list.parse("\n".join(map(json.dumps, rows)), current="new")
    assert (first.name, first.current, first.nodes[0].buildkit) == ("old", False, "")
    assert first.nodes[0].gc == (rule(max_bytes=7),)
    assert (second.current, second.nodes[0].buildkit) == (True, "v0.17.1")
    assert second.nodes[0].gc == (rule(max_age=2.0), rule(all=False, max_bytes=7, filters=("id==1",)))


def test_an_answer_that_is_no_json_is_an_engine_error():
    with pytest.raises(EngineError):
        builder_list.parse("NAME DRIVER", current="")


def test_drivers_that_cannot_be_set_up_from_here_are_refused(tmp_path):
    wanted = builders.configuration("kubernetes", KEEP)
    with pytest.raises(UsageError, match="kubernetes"):
        builder_apply.apply(wanted, image="i", directory=tmp_path)


@pytest.mark.engine
def test_the_running_engine_is_compared_with_the_policy(tmp_path):
    """scripts/engine writes the default policy; on a host's own engine that is the host's business."""
    own = next(b for b in builder_list.list_builders() if b.driver == "docker")
    wanted = builders.configuration("docker", KEEP)
    done = builder_apply.apply(wanted, image="", directory=tmp_path)
    assert done.done is builders.applied(own.nodes[0].gc, KEEP)
    other = builders.configuration("docker", builders.Retention(max_age=1234 * 86_400, max_bytes=1234))
    left = builder_apply.apply(other, image="", directory=tmp_path)
    assert not left.done
    assert json.loads(left.text)["builder"]["gc"]["policy"][1]["keepStorage"] == "1234"


@pytest.mark.engine
def test_an_image_that_cannot_be_pulled_is_said_and_leaves_no_builder(tmp_path):
    wanted = builders.configuration("docker-container", KEEP, name="bakehouse-test-none")
    with pytest.raises(EngineError, match="cannot be pulled"):
        builder_apply.apply(wanted, image="localhost:1/none:none", directory=tmp_path)
    assert "bakehouse-test-none" not in [b.name for b in builder_list.list_builders()]

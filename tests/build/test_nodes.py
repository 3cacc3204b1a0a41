"""Which call goes to which builder, and what happens when one dies."""

import pytest

from bakehouse.build.nodes import Node, NodePool, pool, trouble
from bakehouse.errors import EngineError
from bakehouse.model.builder import Builder, BuilderNode

AMD = ("linux/amd64", "linux/amd64/v2", "linux/386")
AMD_WITH_QEMU = (*AMD, "linux/arm64")
ARM = ("linux/arm64", "linux/arm/v7", "linux/amd64")


def node(name, platforms=AMD, capacity=2):
    return Node(name=name, platforms=(platforms,), capacity=capacity)


def test_the_least_loaded_takes_the_call_and_none_takes_more_than_it_can():
    nodes = NodePool([node("a", capacity=2), node("b", capacity=1)])
    taken = [nodes.take(i, (f"t{i}",), ()).builder for i in range(3)]
    assert taken == ["a", "b", "a"]
    assert nodes.take(3, ("t3",), ()) is None
    assert nodes.capacity == 3
    nodes.give_back(nodes_lease(nodes, "b"), 1)
    assert nodes.take(3, ("t3",), ()).builder == "b"
    assert [n.calls for n in nodes.nodes] == [2, 2]


def nodes_lease(_, name):
    from bakehouse.build.nodes import Lease

    return Lease(name)


def test_native_goes_before_emulation_even_if_it_must_wait():
    nodes = NodePool([node("x86", AMD_WITH_QEMU), node("arm", ARM, capacity=1)])
    first = nodes.take(0, ("t",), ("linux/arm64",))
    assert (first.builder, first.emulated) == ("arm", ())
    assert nodes.take(1, ("u",), ("linux/arm64/v8",)) is None
    assert nodes.take(2, ("v",), ("linux/amd64",)).builder == "x86"


def test_emulation_is_taken_and_said_where_nothing_native_is_alive():
    nodes = NodePool([node("x86", AMD_WITH_QEMU), node("arm", ARM)], probe=lambda _: "connection refused")
    lease = nodes.take(0, ("t",), ("linux/arm64",))
    assert nodes.failed(lease) == "connection refused"
    nodes.give_back(lease, 0)
    again = nodes.take(1, ("t",), ("linux/arm64",))
    assert (again.builder, again.emulated) == ("x86", ("linux/arm64",))
    assert nodes.capacity == 2


def test_a_builder_that_still_answers_is_not_lost():
    nodes = NodePool([node("a")], probe=lambda _: "")
    lease = nodes.take(0, ("t",), ())
    assert nodes.failed(lease) == ""
    assert nodes.watch() == ()


def test_nobody_left_says_who_is_lost_and_why():
    nodes = NodePool([node("a"), node("b")], probe=lambda name: f"{name} is off")
    for call in range(2):
        lease = nodes.take(call, ("t",), ())
        nodes.failed(lease)
        nodes.give_back(lease, call)
    with pytest.raises(EngineError, match="lost: a: a is off; b: b is off"):
        nodes.take(2, ("t",), ())


def test_a_platform_that_nobody_builds_is_said():
    with pytest.raises(EngineError, match=r"none of a builds for linux/s390x"):
        NodePool([node("a")]).take(0, ("t",), ("linux/s390x",))


def builder(name, status, *, driver="remote", error=""):
    one = BuilderNode(name=f"{name}0", endpoint="tcp://h:1", status=status, platforms=AMD, error=error)
    return Builder(name=name, driver=driver, current=False, nodes=(one,))


def test_what_is_listed_as_down_begins_as_lost():
    found = pool([builder("a", "running"), builder("b", "inactive"), builder("c", "", error="x509")], {"a": 5}, 3)
    assert [(n.name, n.capacity, n.lost) for n in found.nodes] == [("a", 5, ""), ("b", 3, "inactive"), ("c", 3, "x509")]
    assert trouble(builder("d", "inactive", driver="docker-container")) == ""
    assert trouble(Builder(name="e", driver="remote", current=False)) == "it has no node"

"""Users of base images: who runs at the start, and which unprivileged user is there.

Enter a stage; leave what is certain about its users. The facts are those of the official images' own Dockerfiles
and of the distributions' /etc/passwd.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from bakehouse.dockerfile.state import StageMeaning
from bakehouse.lint.bases import Distribution, distribution, root_image
from bakehouse.lint.subject import Program, Subject, is_root

_STEPS_DOWN = frozenset({
    "postgres", "mysql", "mariadb", "mongo", "redis", "valkey", "rabbitmq", "cassandra", "memcached", "elasticsearch",
    "kibana", "logstash", "solr", "haproxy", "jenkins", "zookeeper", "couchdb", "influxdb", "neo4j", "ghost", "nginx",
    "httpd", "sonarqube", "php", "wordpress", "drupal", "varnish", "eclipse-mosquitto", "docker", "registry", "vault",
})  # fmt: skip
"""Official images that start as another user, or whose entrypoint or master process gives root up by itself."""

NOBODY = 65534
_NODE = 1000
_NONROOT = 65532
_WWW_DATA = 33
_NAME = re.compile(r"[a-z_][a-z0-9_-]*\Z")
_VALUED = frozenset({
    "-u", "-g", "-G", "-d", "-h", "-s", "-c", "-k", "-K", "-e", "-f", "-b", "-p", "--uid", "--gid", "--groups",
    "--home", "--home-dir", "--shell", "--gecos", "--comment", "--ingroup", "--expiredate", "--inactive",
    "--base-dir", "--key", "--password", "--skel", "--firstuid", "--lastuid", "--conf",
})  # fmt: skip


def starts_as_root(stage: StageMeaning, subject: Subject) -> bool:
    """Whether a stage's base image is known to run as root, and nothing in it gives root up."""
    family = distribution(stage, subject)
    if family is Distribution.SCRATCH:
        return True
    image = root_image(stage, subject)
    if image is None or image.registry != "docker.io" or not image.path.startswith("library/"):
        return False
    name = image.path.removeprefix("library/")
    return family in (Distribution.DEBIAN, Distribution.ALPINE, Distribution.REDHAT) and name not in _STEPS_DOWN


def user_ids(stage: StageMeaning, subject: Subject) -> dict[str, int]:
    """The user ids by name that are certain in a stage: of its base image, and of users it makes with an id."""
    family = distribution(stage, subject)
    image = root_image(stage, subject)
    found: dict[str, int] = {}
    if family in (Distribution.DEBIAN, Distribution.ALPINE):
        found["nobody"] = NOBODY
    if family is Distribution.DEBIAN:
        found["www-data"] = _WWW_DATA
    if family is Distribution.DISTROLESS:
        found |= {"nonroot": _NONROOT, "nobody": NOBODY}
    if image is not None and image.name == "docker.io/library/node":
        found["node"] = _NODE
    for program in made_users(stage, subject):
        name, number = program.arguments[-1], _id_given(program)
        if number is not None:
            found[name] = number
        else:
            found.pop(name, None)
    return found


def made_users(stage: StageMeaning, subject: Subject) -> Iterator[Program]:
    """The useradd and adduser commands of a stage and its base stages that make one user, whose name ends them."""
    chain = {stage.stage.index}
    at = stage.stage
    while at.origin.stage is not None:
        at = subject.stages[at.origin.stage].stage
        chain.add(at.index)
    for program in subject.programs("useradd", "adduser"):
        last = program.words[-1].text
        if program.run.stage.stage.index in chain and last and _operands(program) == [last] and _NAME.match(last):
            yield program


def _operands(program: Program) -> list[str]:
    """The words that are neither flags nor their values: one is a new user, two add a user to a group."""
    arguments, found, at = program.arguments, [], 0
    while at < len(arguments):
        if arguments[at].startswith("-"):
            at += arguments[at] in _VALUED
        else:
            found.append(arguments[at])
        at += 1
    return found


def unprivileged_user(stage: StageMeaning, subject: Subject) -> str | None:
    """The USER to run as: the last user that the file makes, else one that the base image has; None if unknown."""
    made = list(made_users(stage, subject))
    if made:
        return made[-1].arguments[-1]
    image = root_image(stage, subject)
    if image is not None and image.name == "docker.io/library/node":
        return f"{_NODE}:{_NODE}"
    family = distribution(stage, subject)
    if family in (Distribution.SCRATCH, Distribution.DISTROLESS):
        return f"{_NONROOT}:{_NONROOT}"
    return f"{NOBODY}:{NOBODY}" if family in (Distribution.DEBIAN, Distribution.ALPINE) else None


def runs_as_root(stage: StageMeaning, user: str | None, subject: Subject) -> bool:
    """Whether a USER value at a point of a stage is certainly root, said or by the base image."""
    return is_root(user) or (user is None and starts_as_root(stage, subject))


def _id_given(program: Program) -> int | None:
    arguments = program.arguments
    for at, argument in enumerate(arguments):
        if argument in ("-u", "--uid") and at + 1 < len(arguments):
            return int(arguments[at + 1]) if arguments[at + 1].isdigit() else None
        name, _, value = argument.partition("=")
        if name == "--uid":
            return int(value) if value.isdigit() else None
    return None

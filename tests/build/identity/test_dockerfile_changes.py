"""What a change of the Dockerfile does to the identity: the measured table of docs/explanation/identity.md, row by row."""

import pytest
from tests.build.identity.world import subject

from bakehouse.build.identity.machine import with_client
from bakehouse.build.identity.subject import EPOCH, PROXIES

DOCKERFILE = """\
FROM node:20 AS build
ARG UNUSED=1
WORKDIR /app
COPY package.json ./
RUN --mount=type=cache,target=/root/.npm npm ci
COPY src other ./src/
RUN --mount=type=bind,source=scripts,target=/s sh /s/build.sh
FROM node:20 AS extra
COPY unneeded /x
FROM node:20
LABEL a=b
USER node
COPY --from=build /app /app
CMD ["node", "/app"]
"""
FILES = {
    "package.json": "{}",
    "src/a.js": "a",
    "other/b.js": "b",
    "scripts/build.sh": "true",
    "scripts/help.txt": "x",
    "unneeded/c": "c",
    "README.md": "r",
}


@pytest.fixture
def base(world):
    world.write(FILES | {"Dockerfile": DOCKERFILE})
    return world.identity().digest


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("WORKDIR /app\n", "# remark\n\nWORKDIR /app\n"),
        ("COPY package.json ./", "COPY    package.json    ./"),
        ("COPY package.json ./", "copy package.json ./"),
        ("COPY package.json ./", "COPY ./package.json ./"),
        ("COPY package.json ./", "COPY package.json /app/"),
        ("target=/root/.npm", "id=cache,target=/root/.npm"),
        ("COPY unneeded /x", "COPY README.md /y"),  # of a stage that nobody needs
        (" AS extra", " AS renamed"),
        ("WORKDIR /app\n", "WORKDIR /app\nLABEL only=here\nEXPOSE 80\n"),  # configuration of a stage that lends files
        ("RUN --mount=type=cache,target=/root/.npm npm ci", "RUN --mount=target=/root/.npm,type=cache npm ci"),
    ],
)
def test_what_makes_no_difference(world, base, old, new):
    assert old in DOCKERFILE
    world.write({"Dockerfile": DOCKERFILE.replace(old, new)})
    assert world.identity().digest == base


def test_renaming_a_stage_makes_no_difference(world, base):
    world.write({"Dockerfile": DOCKERFILE.replace(" AS build", " AS made").replace("--from=build", "--from=made")})
    assert world.identity().digest == base


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("npm ci\n", "npm  ci\n"),  # white space inside a RUN is the shell's
        ("npm ci\n", "npm ci --quiet\n"),
        ("RUN --mount=type=cache", "RUN --network=none --mount=type=cache"),
        ("COPY src other ./src/", "COPY other src ./src/"),
        ("COPY package.json ./", "COPY --chown=1:1 package.json ./"),
        ("COPY package.json ./", "COPY package.json ./x"),
        ("ARG UNUSED=1", "ARG UNUSED=2"),
        ("WORKDIR /app", "ENV X=1\nWORKDIR /app"),
        ("LABEL a=b", "LABEL a=c"),
        ("USER node", "USER root"),
        ('CMD ["node", "/app"]', "CMD node /app"),
        ("FROM node:20\n", "FROM node:22\n"),
        ("FROM node:20\n", "FROM --platform=linux/arm64 node:20\n"),
        ("target=/s sh", "target=/t sh"),
        ("target=/root/.npm", "target=/root/.other"),
        ("npm ci\n", "--mount=type=secret,id=npmrc npm ci\n"),
    ],
)
def test_what_makes_a_difference(world, base, old, new):
    assert old in DOCKERFILE
    world.write({"Dockerfile": DOCKERFILE.replace(old, new)})
    assert world.identity().digest != base


def test_build_arguments_count_where_a_needed_stage_declares_them(world, base):
    assert world.identity(args={"UNUSED": "1"}).digest == base
    assert world.identity(args={"UNUSED": "2"}).digest != base
    assert world.identity(args={"NOBODY_DECLARES": "2"}).digest == base
    assert world.identity(args={"SOURCE_DATE_EPOCH": "0"}).digest != base
    assert world.identity(args={"BUILDKIT_INLINE_CACHE": "1"}).digest != base
    assert world.identity(args={"HTTP_PROXY": "http://proxy"}).digest == base


def test_a_declared_proxy_counts(world, base):
    world.write({"Dockerfile": DOCKERFILE.replace("ARG UNUSED=1", "ARG HTTP_PROXY")})
    assert world.identity(args={"HTTP_PROXY": "a"}).digest != world.identity(args={"HTTP_PROXY": "b"}).digest


def test_proxies_of_the_client_count_only_where_one_is_declared(world, base):
    assert world.identity(settings={PROXIES: "p"}).digest == base
    world.write({"Dockerfile": DOCKERFILE.replace("ARG UNUSED=1", "ARG https_proxy")})
    assert world.identity(settings={PROXIES: "p"}).digest != world.identity().digest


def test_what_the_client_adds_by_itself(tmp_path):
    plain = subject()
    assert with_client(plain, {"DOCKER_CONFIG": str(tmp_path)}) == plain
    (tmp_path / "config.json").write_text('{"proxies": {"default": {"httpProxy": "http://user:word@p"}}}')
    found = with_client(plain, {"DOCKER_CONFIG": str(tmp_path), "SOURCE_DATE_EPOCH": "1"})
    assert found.settings[PROXIES].startswith("sha256:")
    assert "word" not in str(found)
    assert found.settings[EPOCH] == "1"


def test_what_sounds_like_a_secret_counts_and_is_not_told(world):
    world.write({"Dockerfile": "FROM node\nARG NPM_TOKEN\nENV API_KEY=word2\n"})
    found = world.identity(args={"NPM_TOKEN": "word1"})
    assert "word" not in str(found)
    assert world.identity(args={"NPM_TOKEN": "other"}).digest != found.digest


def test_platform_stage_and_settings_count(world, base):
    arm = world.identity(platforms=("linux/arm64",)).digest
    both = world.identity(platforms=("linux/amd64", "linux/arm64")).digest
    found = {base, arm, both, world.identity(stage="build").digest, world.identity(settings={"network": "host"}).digest}
    assert len(found) == 5


def test_the_ca_of_the_host_counts_only_where_something_runs(world):
    world.write({"Dockerfile": "FROM scratch\nCOPY a /\n", "a": "a"})
    assert world.identity(settings={"host CA": "x"}).digest == world.identity().digest
    world.write({"Dockerfile": "FROM node\nRUN true\n"})
    assert world.identity(settings={"host CA": "x"}).digest != world.identity().digest


def test_heredocs_count(world):
    world.write({"Dockerfile": "FROM node\nRUN <<EOF\necho a\nEOF\nCOPY <<EOF /f\na\nEOF\n"})
    before = world.identity().digest
    world.write({"Dockerfile": "FROM node\nRUN <<EOF\necho b\nEOF\nCOPY <<EOF /f\na\nEOF\n"})
    middle = world.identity().digest
    world.write({"Dockerfile": "FROM node\nRUN <<EOF\necho b\nEOF\nCOPY <<EOF /f\nb\nEOF\n"})
    assert len({before, middle, world.identity().digest}) == 3


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("ADD https://example.com/a.tar /a", "https://example.com/a.tar"),
        ("ADD https://github.com/a/b.git#main /a", "names no full commit"),
        ("ADD git@github.com:a/b.git /a", "names no full commit"),
    ],
)
def test_what_the_network_decides_is_not_knowable(world, line, words):
    world.write({"Dockerfile": f"FROM node\n{line}\n"})
    found = world.identity()
    assert not found.knowable
    assert words in found.unknowable[0]
    assert "line 2" in found.unknowable[0]


def test_what_is_pinned_is_knowable(world):
    commit = "a" * 40
    world.write({"Dockerfile": f"FROM node\nADD --checksum=sha256:{'0' * 64} https://example.com/a /a\n"
                               f"ADD https://github.com/a/b.git#{commit} /b\n"})  # fmt: skip
    assert world.identity().knowable


def test_another_frontend_is_not_knowable_and_the_usual_one_counts_by_digest(world):
    world.write({"Dockerfile": "# syntax=example/other:1\nFROM node\n"})
    assert any("example/other:1" in reason for reason in world.identity().unknowable)
    world.write({"Dockerfile": "# syntax=docker/dockerfile:1\nFROM node\n"})
    found = world.identity()
    assert found.knowable
    assert found.pins == (("node", found.pins[0][1]),)
    world.images["docker/dockerfile:1"] = type(world.images["node"])(digest="sha256:" + "e" * 64, onbuild=False)
    assert world.identity().digest != found.digest

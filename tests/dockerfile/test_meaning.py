"""Stages, variables, files and mounts: what the recorded answers of BuildKit do not show."""

import pytest

from bakehouse.dockerfile import (
    BaseImage,
    BuildInputs,
    OriginKind,
    SourceKind,
    interpret,
    parse,
    parse_image,
    read_stages,
)

THREE = b"""\
ARG BASE=python:3.11
FROM node:20 AS web
COPY package.json ./
RUN --mount=type=bind,source=assets,target=/a npm ci
FROM ${BASE} AS Build
COPY --from=WEB /dist /static
COPY --from=ghcr.io/a/tools:1 /bin/t /bin/t
FROM build AS final
RUN --mount=type=cache,from=web,source=/c,target=/c --mount=type=secret,id=tok --mount=type=ssh true
FROM alpine AS unused
ADD https://example.com/x.tgz https://example.com/r.git#v1 git@example.com:a/b.git local.tgz /d/
COPY <<EOF *.py --parents? /e/
x
EOF
"""


def meaning(text: bytes, **inputs):
    return interpret(parse(text).require_valid(), BuildInputs(**inputs))


def test_the_graph():
    graph = read_stages(parse(THREE))
    assert [(s.name, s.label, s.base, s.needs) for s in graph.stages] == [
        ("web", "web", "node:20", ()),
        ("build", "build", "python:3.11", (0,)),
        ("final", "final", "build", (1, 0)),
        ("unused", "unused", "alpine", ()),
    ]
    assert graph.target().name == "unused"
    assert graph.target("FINAL").index == 2
    assert graph.target("0") is None
    assert graph.find("0").name == "web"
    assert [s.name for s in graph.reach(graph.find("final"))] == ["web", "build", "final"]
    assert [s.name for s in graph.reach(graph.find("build"))] == ["web", "build"]
    assert graph.stages[1].edges[2].origin.image.full == "ghcr.io/a/tools:1"


def test_what_a_target_takes():
    found = meaning(THREE, target="final")
    assert [(s.kind, s.context_path, s.is_mount) for s in found.context_sources] == [
        (SourceKind.CONTEXT, "package.json", False),
        (SourceKind.CONTEXT, "assets", True),
    ]
    assert found.secret_ids == ("tok",)
    assert found.ssh_ids == ("default",)
    last = found.target.steps[0]
    assert [m.type for m in last.mounts] == ["cache", "secret", "ssh"]
    assert [(s.kind, s.path, s.origin.stage) for s in last.sources] == [(SourceKind.STAGE, "/c", 0)]


def test_kinds_of_sources():
    kinds = [(s.kind, s.path) for s in meaning(THREE).target.sources]
    assert kinds == [
        (SourceKind.URL, "https://example.com/x.tgz"),
        (SourceKind.GIT, "https://example.com/r.git#v1"),
        (SourceKind.GIT, "git@example.com:a/b.git"),
        (SourceKind.CONTEXT, "local.tgz"),
        (SourceKind.HEREDOC, "EOF"),
        (SourceKind.CONTEXT, "*.py"),
        (SourceKind.CONTEXT, "--parents?"),
    ]


@pytest.mark.parametrize(
    "path, expected",
    [
        ("./src/", "src"),
        ("/src/a", "src/a"),
        ("../x", "x"),
        ("a/../b", "b"),
        (".", "."),
        ("/", "."),
        ("a/./b/*", "a/b/*"),
    ],
)
def test_context_paths(path, expected):
    (source,) = meaning(f"FROM a\nCOPY {path} /d".encode()).context_sources
    assert source.context_path == expected


def test_named_contexts_replace_images_stages_and_from():
    text = b"FROM alpine AS base\nRUN x\nFROM base\nCOPY --from=assets / /\nCOPY --from=docker.io/library/node:20 / /\n"
    found = meaning(text, contexts=frozenset({"base", "assets", "node:20"}))
    base, last = found.graph.stages
    assert base.origin.kind is OriginKind.NAMED_CONTEXT
    assert base.instructions == ()
    assert last.origin.stage == 0
    assert [e.origin.kind for e in last.edges[1:]] == [OriginKind.NAMED_CONTEXT] * 2
    image = meaning(b"FROM python:3.11-slim\n", contexts=frozenset({"python:3.11-slim"}))
    assert image.graph.stages[0].origin.kind is OriginKind.NAMED_CONTEXT
    latest = meaning(b"FROM redis\n", contexts=frozenset({"redis"}))
    assert latest.graph.stages[0].origin.kind is OriginKind.NAMED_CONTEXT


def test_what_only_the_base_image_knows_is_doubtful():
    text = b"FROM python\nENV APP=$PYTHON_VERSION HERE=/x\nCOPY $HERE/a a\nCOPY $APP b\nCOPY ${DIR:-src} c\n"
    assert [s.certain for s in meaning(text).target.sources] == [True, False, False]
    known = {parse_image("python").full: BaseImage(env={"PYTHON_VERSION": "3.11"})}
    sources = meaning(text, bases=known).target.sources
    assert [(s.path, s.certain) for s in sources] == [("/x/a", True), ("3.11", True), ("src", True)]
    assert [s.certain for s in meaning(text.replace(b"python", b"scratch")).target.sources] == [True, True, True]


def test_a_base_without_its_global_argument_is_a_problem():
    found = meaning(b"ARG V\nFROM ${V}\n")
    assert "base name (${V}) should not be blank" in found.problems[0].message
    assert (found.problems[0].line, found.problems[0].column) == (2, 6)
    assert not found.graph.stages[0].base_certain
    assert not meaning(b"ARG V\nFROM ${V}\n", args={"V": "alpine"}).problems


def test_arguments_reach_only_where_they_are_declared():
    text = b"ARG V=1\nFROM a AS x\nCOPY $V /d\nARG V\nCOPY $V /d\nARG V=2\nCOPY $V /d\nFROM a\nCOPY n$V /d\n"
    paths = [[s.path for s in m.sources] for m in meaning(text).stages]
    assert paths == [["", "1", "2"], ["n"]]
    assert [s.path for s in meaning(text, args={"V": "9"}).stages[0].sources] == ["", "9", "9"]


def test_platforms_are_arguments():
    text = b"FROM --platform=$BUILDPLATFORM a\nARG TARGETARCH TARGETVARIANT TARGETPLATFORM\nCOPY $TARGETARCH-$TARGETVARIANT /d\n"
    found = meaning(text, platform="linux/arm/v7", build_platform="linux/amd64")
    assert found.graph.stages[0].platform == "linux/amd64"
    assert found.target.sources[0].path == "arm-v7"


def test_predefined_arguments_are_there_once_declared():
    """As BuildKit expands them (labels of an image, asked of Docker 26.1)."""
    names = "BUILDPLATFORM BUILDOS BUILDARCH BUILDVARIANT TARGETPLATFORM TARGETOS TARGETARCH TARGETVARIANT"
    words = "-".join(f"${name}" for name in names.split())
    text = f"FROM scratch AS x\nCOPY n$TARGETOS /d\nARG {names}\nCOPY {words} /d\nFROM x\nCOPY n$TARGETOS /d\n".encode()
    found = meaning(text, platform="linux/amd64", build_platform="linux/amd64")
    paths = [[source.path for source in stage.sources] for stage in found.stages]
    assert paths == [["n", "linux/amd64-linux-amd64--linux/amd64-linux-amd64-"], ["nlinux"]]


def test_proxies_are_for_run_and_no_word_has_them_undeclared():
    text = b"FROM scratch\nCOPY n$HTTP_PROXY$no_proxy /d\nARG HTTP_PROXY\nCOPY n$HTTP_PROXY /d\n"
    sources = meaning(text, args={"HTTP_PROXY": "p", "no_proxy": "q"}).target.sources
    assert [source.path for source in sources] == ["n", "np"]


def test_effective_configuration_comes_down_from_the_base_stage():
    text = (
        b'FROM a AS x\nUSER app\nWORKDIR /srv\nWORKDIR api\nSHELL ["/bin/bash", "-c"]\nENTRYPOINT ["tini"]\nCMD run\n'
        b"FROM x\nEXPOSE 80 81/udp\nENTRYPOINT go\n"
    )
    end = meaning(text).target.end
    assert (end.user, end.workdir, end.effective_shell) == ("app", "/srv/api", ("/bin/bash", "-c"))
    assert end.entrypoint == ("/bin/bash", "-c", "go")
    assert end.command == ()
    assert list(end.exposed) == ["80", "81/udp"]
    assert meaning(b"FROM a\n").target.end.user is None


def test_triggers_run_in_the_next_stage():
    text = b"FROM a AS x\nONBUILD COPY app /app\nONBUILD USER me\nFROM x\nRUN y\n"
    steps = meaning(text).target.steps
    assert [(s.instruction.name, s.from_trigger) for s in steps] == [("COPY", True), ("USER", True), ("RUN", False)]
    assert steps[2].before.user == "me"
    assert meaning(text).stages[0].sources == ()


@pytest.mark.parametrize(
    "text, message",
    [
        (b"FROM a\nCOPY --from=later x y\nFROM b AS later\n", "defined before current stage"),
        (b"FROM a AS x\nCOPY --from=y z z\nFROM b AS y\nCOPY --from=x z z\nFROM x\n", "circular dependency"),
        (b"FROM a\nCOPY --from=$X y z\n", "variable expansion is not supported for --from"),
        (b"FROM a\nCOPY --from=7 y z\n", "invalid stage index 7"),
        (b"FROM --platform=nope/ a\n", "platform"),
        (b"FROM A\n", "must be lowercase"),
        (b'FROM a\nENV x="${y:?is needed}"\n', "y: is needed"),
        (b"FROM a\nENV x=${y:-z\n", "missing '}'"),
        (b"FROM a\nCOPY http://x/y z\n", "source can't be a URL for COPY"),
        (b"FROM a\nRUN --mount=type=tmpfs,uid=1,target=/x y\n", "uid not allowed"),
        (b"FROM a\nRUN --mount=type=bogus y\n", "unsupported mount type"),
    ],
)
def test_problems_of_the_build_have_a_place(text, message):
    found = interpret(parse(text))
    problems = [p for m in found.stages for p in m.problems] + list(found.graph.problems)
    assert any(message in p.message for p in problems)
    assert all(p.line >= 1 for p in problems)


def test_only_the_target_counts():
    text = b"FROM a AS bad\nENV x=${y:-z\nFROM b AS good\n"
    assert not meaning(text).problems
    assert meaning(text, target="bad").problems
    assert "could not be found" in meaning(text, target="gone").problems[0].message


@pytest.mark.parametrize(
    "text, expected",
    [
        (b'FROM a\nENV x="y\n', "the quote that closes it, or \\ before one that is meant as such"),
        (b"ARG x='y\nFROM a\n", "the quote that closes it"),
        (b"FROM a\nUSER ${y:-z\n", "the } that belongs to ${"),
    ],
)
def test_what_is_open_is_to_be_closed(text, expected):
    assert [problem.expected for problem in meaning(text).problems] == [expected]

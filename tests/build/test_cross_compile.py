"""Advice to build stages on the builder's own platform: only where it was measured, and only where it is right."""

from bakehouse.build.cross_compile import advise
from bakehouse.build.reading import read
from bakehouse.model.platforms import StageCost
from bakehouse.model.service import Kind, Service

GO = "FROM golang:1.22 AS build\nCOPY . .\nRUN go build -o /app\nFROM scratch\nCOPY --from=build /app /app\n"


def reading(tmp_path, dockerfile):
    (tmp_path / "Dockerfile").write_text(dockerfile)
    return read(tmp_path, Service(name="api", kind=Kind.OTHER, context=".", dockerfile="Dockerfile"), "prod")


def cost(stage, emulated=60.0, native=10.0):
    return StageCost(target="api", stage=stage, platform="linux/arm64", emulated=emulated, native=native)


def test_a_go_stage_with_its_line_and_what_to_write(tmp_path):
    (advice,) = advise([reading(tmp_path, GO)], [cost("build")])
    assert (advice.file, advice.line, advice.saves) == ("Dockerfile", 1, 50.0)
    assert advice.template[0] == "FROM --platform=$BUILDPLATFORM golang:1.22 AS build"
    assert "GOARCH=$TARGETARCH" in advice.template[2]


def test_no_advice_without_a_measured_cost_for_the_image_itself_or_where_it_is_done(tmp_path):
    assert advise([reading(tmp_path, GO)], []) == ()
    assert advise([reading(tmp_path, GO)], [cost("build", emulated=5, native=5)]) == ()
    done = GO.replace("FROM golang", "FROM --platform=$BUILDPLATFORM golang")
    assert advise([reading(tmp_path, done)], [cost("build")]) == ()
    final = "FROM golang:1.22\nRUN go build -o /app\n"
    assert advise([reading(tmp_path, final)], [cost("stage-0")]) == ()
    assert advise([reading(tmp_path, GO.replace("go build", "make"))], [cost("build")]) == ()

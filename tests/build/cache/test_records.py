"""Listings of docker and buildx as recorded, into records, and whose step made each."""

from bakehouse.build.cache.attribution import attribute
from bakehouse.build.cache.records import parse_json, parse_text
from bakehouse.build.reading import read
from bakehouse.model.cache import CacheRecord
from bakehouse.model.service import Kind, Service

# buildx 0.13.1: docker buildx du --verbose
TEXT = """ID:\t\trpfd5s3ef5n2tysjm6hqcj3n7
Parent:\t\tskv3q2a8hfeakyddfv4laveyx
Created at:\t2026-11-24 14:10:51.870080369 +0000 UTC
Mutable:\tfalse
Reclaimable:\ttrue
Shared:\t\tfalse
Size:\t\t466.5MB
Description:\tmount / from exec /bin/sh -c npm ci
Usage count:\t1
Last used:\t17 seconds ago
Type:\t\tregular

ID:\t\tq2xsyxd7xwgvhcmd4jnbtuzeg
Created at:\t2026-11-24 14:10:31 +0000 UTC
Mutable:\tfalse
Reclaimable:\tfalse
Shared:\t\ttrue
Size:\t\t8.192kB
Description:\tmount / from exec /bin/sh -c cat <<EOF
second line
EOF
Usage count:\t3
Last used:\tAbout an hour ago
Type:\t\tsource.local

Reclaimable:\t466.5MB
Total:\t\t466.5MB
"""
JSON = """[{"CacheType":"source.local","CreatedAt":"2026-11-24 14:09:12.5 +0000 UTC","Description":"local source for context",
"ID":"7cj0","InUse":"true","LastUsedAt":"2026-11-24 14:09:18.25 +0000 UTC","Parent":"a, b","Shared":"false","Size":"4.1kB","UsageCount":"2"}]"""


def test_the_text_of_buildx():
    first, second = parse_text(TEXT, now=10_000.0)
    assert (first.id, first.size, first.kind) == ("rpfd5s3ef5n2tysjm6hqcj3n7", 466_500_000, "regular")
    assert first.last_used == 9983.0
    assert first.created == 1795529451.870080369
    assert first.parents == ("skv3q2a8hfeakyddfv4laveyx",)
    assert not first.in_use
    assert second.in_use
    assert second.shared
    assert second.uses == 3
    assert second.last_used == 10_000.0 - 3600
    assert second.description.endswith("cat <<EOF\nsecond line\nEOF")
    assert parse_text("nothing here", now=0) == ()


def test_the_json_of_docker():
    (found,) = parse_json(JSON)
    assert (found.size, found.in_use, found.uses, found.parents) == (4100, True, 2, ("a", "b"))
    assert found.last_used == 1795529358.25
    assert parse_json("") == ()


DOCKERFILE = """FROM node:20 AS deps
COPY package.json package-lock.json ./
RUN --mount=type=cache,target=/root/.npm \\
    npm ci --omit=dev   && true
FROM deps
COPY --from=deps /a /b
"""


def reading(root, name):
    folder = root / name
    folder.mkdir()
    (folder / "Dockerfile").write_text(DOCKERFILE)
    service = Service(name=name, kind=Kind.OTHER, context=name, dockerfile=f"{name}/Dockerfile")
    return read(root, service, "prod")


def record(description):
    return CacheRecord(id="x", kind="regular", size=1, description=description)


def test_a_record_belongs_to_the_stage_whose_step_it_is_and_to_all_that_share_it(tmp_path):
    readings = [reading(tmp_path, "api"), reading(tmp_path, "web")]
    found = attribute(
        [
            record("mount / from exec /bin/sh -c npm ci --omit=dev   && true"),
            record(
                'cached mount /root/.npm from exec /bin/bash -eo pipefail -c npm ci --omit=dev && true with id "/npm"'
            ),
            record("[stage-1 1/1] COPY --from=deps /a /b"),
            record("[linux/arm64 deps 2/3] COPY package.json package-lock.json ./"),
            record("local source for context"),
            record("pulled from docker.io/library/node:20"),
        ],
        readings,
    )
    assert [r.used_by for r in found] == [
        ("api:deps", "web:deps"),
        ("api:deps", "web:deps"),
        ("api:stage-1", "web:stage-1"),
        ("api:deps", "web:deps"),
        (),
        (),
    ]

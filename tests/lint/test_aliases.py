"""Every hadolint rule and every BuildKit check has an equal here, under its own name, that finds what it finds.

The list is hadolint 2.15.1's table of rules and BuildKit's linter/ruleset.go (August 2026). Each has a Dockerfile that
the original reports; it must be found when the alias alone is selected. DL3005, DL3017, DL3031 and DL3039 were removed
from hadolint; what they said is still reported.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bakehouse import config
from bakehouse.lint.linter import Linter
from bakehouse.lint.repo import Repo
from bakehouse.lint.rules import rule_infos
from bakehouse.lint.selection import RuleNames, Selection
from bakehouse.workspace.discover import discover

HADOLINT = {
    "DL1000": "FROM debian:12\nFORM x",
    "DL1001": "# hadolint ignore=DL3008\nFROM debian:12",
    "DL3000": "FROM debian:12\nWORKDIR app",
    "DL3001": "FROM debian:12\nRUN top",
    "DL3002": "FROM debian:12\nUSER root",
    "DL3003": "FROM debian:12\nRUN cd /app && make",
    "DL3004": "FROM debian:12\nRUN sudo make",
    "DL3005": "FROM debian:12\nRUN apt-get dist-upgrade -y",
    "DL3006": "FROM debian",
    "DL3007": "FROM debian:latest",
    "DL3008": "FROM debian:12\nRUN apt-get install -y curl",
    "DL3009": "FROM debian:12\nRUN apt-get update && apt-get install -y curl",
    "DL3010": "FROM debian:12\nCOPY a.tar.gz /x/\nRUN tar -xzf /x/a.tar.gz",
    "DL3011": "FROM debian:12\nEXPOSE 80800",
    "DL3012": "FROM debian:12\nHEALTHCHECK CMD a\nHEALTHCHECK CMD b",
    "DL3013": "FROM python:3.12\nRUN pip install flask",
    "DL3014": "FROM debian:12\nRUN apt-get install curl",
    "DL3015": "FROM debian:12\nRUN apt-get install -y curl",
    "DL3016": "FROM node:22\nRUN npm install express",
    "DL3017": "FROM alpine:3.20\nRUN apk upgrade",
    "DL3018": "FROM alpine:3.20\nRUN apk add curl",
    "DL3019": "FROM alpine:3.20\nRUN apk add curl",
    "DL3020": "FROM debian:12\nADD app.py /app/",
    "DL3021": "FROM debian:12\nCOPY a b /app",
    "DL3022": "FROM debian:12\nCOPY --from=nowhere a /b",
    "DL3023": "FROM debian:12 AS a\nCOPY --from=a x /y",
    "DL3024": "FROM debian:12 AS a\nFROM debian:12 AS a",
    "DL3025": "FROM debian:12\nCMD server --port 80",
    "DL3026": "FROM example.com/x:1",
    "DL3027": "FROM debian:12\nRUN apt install -y curl",
    "DL3028": "FROM ruby:3.3\nRUN gem install rails",
    "DL3029": "FROM --platform=linux/amd64 debian:12",
    "DL3030": "FROM centos:7\nRUN yum install curl",
    "DL3031": "FROM centos:7\nRUN yum update -y",
    "DL3032": "FROM centos:7\nRUN yum install -y curl",
    "DL3033": "FROM centos:7\nRUN yum install -y curl",
    "DL3034": "FROM opensuse/leap:15\nRUN zypper install curl",
    "DL3035": "FROM opensuse/leap:15\nRUN zypper dist-upgrade -y",
    "DL3036": "FROM opensuse/leap:15\nRUN zypper install -y curl",
    "DL3037": "FROM opensuse/leap:15\nRUN zypper install -y curl",
    "DL3038": "FROM fedora:40\nRUN dnf install curl",
    "DL3039": "FROM fedora:40\nRUN dnf update -y",
    "DL3040": "FROM fedora:40\nRUN dnf install -y curl",
    "DL3041": "FROM fedora:40\nRUN dnf install -y curl",
    "DL3042": "FROM python:3.12\nRUN pip install flask==3.0.0",
    "DL3043": "FROM debian:12\nONBUILD ONBUILD RUN a",
    "DL3044": "FROM debian:12\nENV A=/a B=$A/b",
    "DL3045": "FROM debian:12\nCOPY a b",
    "DL3046": "FROM debian:12\nRUN useradd -u 123456789 app",
    "DL3047": "FROM debian:12\nRUN wget https://example.com/a",
    "DL3048": "FROM debian:12\nLABEL Bad!Key=1",
    "DL3049": "FROM debian:12",
    "DL3050": "FROM debian:12\nLABEL other=1",
    "DL3051": "FROM debian:12\nLABEL org.opencontainers.image.title=''",
    "DL3052": "FROM debian:12\nLABEL org.opencontainers.image.url=x",
    "DL3053": "FROM debian:12\nLABEL org.opencontainers.image.created=x",
    "DL3054": "FROM debian:12\nLABEL org.opencontainers.image.licenses=x",
    "DL3055": "FROM debian:12\nLABEL org.opencontainers.image.revision=x",
    "DL3056": "FROM debian:12\nLABEL org.opencontainers.image.version=x",
    "DL3057": "FROM debian:12",
    "DL3058": "FROM debian:12\nLABEL com.example.email=x",
    "DL3059": "FROM debian:12\nRUN a\nRUN b",
    "DL3060": "FROM node:22\nRUN yarn install",
    "DL3061": "RUN a\nFROM debian:12",
    "DL3062": "FROM golang:1.22\nRUN go install example.com/x",
    "DL3063": "FROM debian:12 AS scratch",
    "DL3064": "FROM debian:12\nARG AWS_SECRET_ACCESS_KEY",
    "DL3065": "FROM --platform=$TARGETPLATFORM debian:12",
    "DL3066": "FROM debian:12\nUSER app",
    "DL3067": "FROM debian:12 AS a\nRUN a\nFROM alpine:3.20\nCOPY --from=a / /",
    "DL4000": "FROM debian:12\nMAINTAINER x",
    "DL4001": "FROM debian:12\nRUN apt-get install -y wget curl\nRUN wget https://a.example && curl https://b.example",
    "DL4003": "FROM debian:12\nCMD a\nCMD b",
    "DL4004": "FROM debian:12\nENTRYPOINT a\nENTRYPOINT b",
    "DL4005": "FROM debian:12\nRUN ln -sf /bin/bash /bin/sh",
    "DL4006": "FROM debian:12\nRUN curl https://a.example | tar -x",
}
BUILDKIT = {
    "ConsistentInstructionCasing": "FROM debian:12\nrun a",
    "CopyIgnoredFile": "FROM debian:12\nCOPY ignored.txt /x",
    "DuplicateStageName": "FROM debian:12 AS a\nFROM debian:12 AS a",
    "ExposeInvalidFormat": "FROM debian:12\nEXPOSE 127.0.0.1:80:80",
    "ExposeProtoCasing": "FROM debian:12\nEXPOSE 80/TCP",
    "FromAsCasing": "FROM debian:12 as a",
    "FromPlatformFlagConstDisallowed": "FROM --platform=linux/amd64 debian:12",
    "InvalidBaseImagePlatform": "FROM --platform=linux/amd64 arm64v8/debian:12",
    "InvalidDefaultArgInFrom": "ARG TAG\nFROM debian:${TAG}",
    "InvalidDefinitionDescription": "# bar\nFROM debian:12 AS a",
    "JSONArgsRecommended": "FROM debian:12\nENTRYPOINT server",
    "LegacyKeyValueFormat": "FROM debian:12\nENV a b",
    "MaintainerDeprecated": "FROM debian:12\nMAINTAINER x",
    "MultipleInstructionsDisallowed": "FROM debian:12\nHEALTHCHECK CMD a\nHEALTHCHECK CMD b",
    "NoEmptyContinuation": "FROM debian:12\nRUN a && \\\n\n  b",
    "RedundantTargetPlatform": "FROM --platform=$TARGETPLATFORM debian:12",
    "ReservedStageName": "FROM debian:12 AS context",
    "SecretsUsedInArgOrEnv": "FROM debian:12\nENV AWS_SECRET_ACCESS_KEY=x",
    "StageNameCasing": "FROM debian:12 AS Build",
    "UndefinedArgInFrom": "FROM debian:$TAG",
    "UndefinedVar": "FROM scratch\nCOPY $foo /x",
    "WorkdirRelativePath": "FROM debian:12\nWORKDIR app",
}
SETTINGS = {
    "lint.required_labels": "org.opencontainers.image.source",
    "lint.trusted_registries": "docker.io",
}


def test_the_lists_are_whole() -> None:
    gone = {5, 17, 31, 39}
    numbers = [f"DL30{n:02d}" for n in range(68) if n not in gone] + [f"DL400{n}" for n in (0, 1, 3, 4, 5, 6)]
    assert set(HADOLINT) - {"DL3005", "DL3017", "DL3031", "DL3039"} == {"DL1000", "DL1001", *numbers}
    assert len(BUILDKIT) == 22


def test_no_alias_is_made_up() -> None:
    """What looks like a name of hadolint's or BuildKit's is one of theirs."""
    aliases = {alias for rule in rule_infos() for alias in rule.aliases}
    theirs = {alias for alias in aliases if re.match(r"DL\d|[A-Z][a-z]+[A-Z]|JSON", alias)}
    assert theirs <= {*HADOLINT, *BUILDKIT}


@pytest.mark.parametrize(("alias", "text"), [*HADOLINT.items(), *BUILDKIT.items()])
def test_alias(alias: str, text: str, tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text(f"{text}\n")
    (tmp_path / ".dockerignore").write_text("ignored.txt\n")
    (tmp_path / "ignored.txt").write_text("x\n")
    settings = config.load(tmp_path, SETTINGS, env={})
    repo = Repo(tmp_path, settings, discover(tmp_path, settings))
    repo.add("Dockerfile", (tmp_path / "Dockerfile").read_bytes())
    rules = RuleNames(rule_infos()).find(alias)
    assert rules
    linter = Linter(Selection(rules, {}))
    if alias == "DL1001":  # it reports the very comment that would silence others
        assert [f.rule for f in linter.check(repo)] == ["inline-ignore"]
    else:
        assert [f for f in linter.check(repo) if f.rule in rules]
    assert not linter.broken

"""Ends of support: what tags name, and what to move to. The day is given: nothing here depends on the clock."""

from __future__ import annotations

from datetime import date

import pytest

from bakehouse.config import LintSection
from bakehouse.dockerfile.imageref import parse_image
from bakehouse.lint.releases import moved_tag, products, releases_of, today, versioned_tag

DAY = date(2026, 11, 24)


@pytest.mark.parametrize(
    ("image", "names"),
    [
        ("python:3.8.10-slim-buster", ["Python 3.8", "Debian 10"]),
        ("node:16-alpine3.15", ["Node.js 16", "Alpine 3.15"]),
        ("debian:bullseye-slim", ["Debian 11"]),
        ("ubuntu:18.04", ["Ubuntu 18.04"]),
        ("node:erbium", ["Node.js 12"]),
        ("mcr.microsoft.com/dotnet/aspnet:6.0", [".NET 6.0"]),
        ("example.com/python:3.8", []),
        ("python:latest", []),
        ("alpine:3.200", []),
    ],
)
def test_releases_of(image: str, names: list[str]) -> None:
    assert [str(release) for release in releases_of(parse_image(image))] == names


@pytest.mark.parametrize(
    ("image", "tag"),
    [
        ("python:3.8-slim-buster", "3.12-slim"),
        ("node:16-alpine3.15", "22-alpine"),
        ("debian:buster-slim", "bookworm-slim"),
        ("ubuntu:18.04", "22.04"),
        ("python:3.12-buster", "3.12"),
        ("php:7.4-fpm-custom", None),
        ("centos:7", None),
        ("python:3.13", None),
    ],
)
def test_moved_tag(image: str, tag: str | None) -> None:
    assert moved_tag(parse_image(image), DAY) == tag


def test_versioned_tag() -> None:
    assert versioned_tag(parse_image("node"), DAY) == "24"
    assert versioned_tag(parse_image("python:slim"), DAY) == "3.14-slim"
    assert versioned_tag(parse_image("debian:stable"), DAY) is None
    assert versioned_tag(parse_image("example.com/own"), DAY) is None


def test_day_is_a_setting() -> None:
    assert today(LintSection(as_of=date(2020, 1, 1))) == date(2020, 1, 1)
    assert today(LintSection()) >= DAY


def test_data() -> None:
    for image, product in products().items():
        assert image == image.lower()
        assert product.source.startswith("https://")
        assert set(product.recommended) <= set(product.ends)
        assert set(product.code_names.values()) <= set(product.ends)

"""What the name of a base image tells."""

from __future__ import annotations

import pytest

from bakehouse.lint.bases import Distribution, distribution, is_windows, says_architecture, starts_at_root
from bakehouse.lint.subject import Subject


def _last(text: str) -> tuple[Subject, int]:
    subject = Subject("Dockerfile", text.encode())
    return subject, len(subject.stages) - 1


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("FROM debian:12\n", Distribution.DEBIAN),
        ("FROM node:22\n", Distribution.DEBIAN),
        ("FROM node:22-alpine\n", Distribution.ALPINE),
        ("FROM alpine:3.20 AS a\nFROM a\n", Distribution.ALPINE),
        ("FROM scratch\n", Distribution.SCRATCH),
        ("FROM gcr.io/distroless/static\n", Distribution.DISTROLESS),
        ("FROM mcr.microsoft.com/windows/servercore:ltsc2022\n", Distribution.WINDOWS),
        ("FROM example.com/own:1\n", Distribution.UNKNOWN),
        ("FROM $BASE\n", Distribution.UNKNOWN),
    ],
)
def test_distribution(text: str, wanted: Distribution) -> None:
    subject, index = _last(text)
    assert distribution(subject.stages[index], subject) is wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("FROM node:22\n", True),
        ("FROM debian:12 AS a\nFROM a\n", True),
        ("FROM golang:1.22\n", False),
        ("FROM example.com/debian:12\n", False),
        ("FROM owner/debian:12\n", False),
    ],
)
def test_starts_at_root(text: str, wanted: bool) -> None:
    subject, index = _last(text)
    assert starts_at_root(subject.stages[index], subject) is wanted


def test_windows_by_image_or_by_escape() -> None:
    for text, wanted in (
        ("FROM mcr.microsoft.com/windows/nanoserver:ltsc2022\n", True),
        ("# escape=`\nFROM $BASE\n", True),
        ("FROM debian:12\n", False),
    ):
        subject, index = _last(text)
        assert is_windows(subject.stages[index], subject) is wanted


@pytest.mark.parametrize(
    ("text", "arch", "wanted"),
    [
        ("build-amd64", "amd64", True),
        ("images/arm32v7/Dockerfile", "arm", True),
        ("alpine-aarch64", "arm64", True),
        ("build", "amd64", False),
        ("farm/Dockerfile", "arm", False),
        ("build-arm64", "amd64", False),
    ],
)
def test_says_architecture(text: str, arch: str, wanted: bool) -> None:
    assert says_architecture(text, arch) is wanted

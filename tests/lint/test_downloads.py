"""curl, wget and git clone as read from RUN: addresses, outputs, readers, refs."""

from __future__ import annotations

import pytest

from bakehouse.lint.downloads import clones, downloads, is_verified
from bakehouse.lint.subject import Subject


def _subject(*runs: str) -> Subject:
    return Subject("Dockerfile", "".join(["FROM debian:12\n", *(f"RUN {run}\n" for run in runs)]).encode())


@pytest.mark.parametrize(
    ("command", "url", "output", "readers"),
    [
        ("curl -fsSL https://x/a", "https://x/a", "-", ()),
        ("curl -fsSLo /a https://x/a", "https://x/a", "/a", ()),
        ("curl https://x/a -o /a", "https://x/a", "/a", ()),
        ("curl --output=/a --retry 3 https://x/a", "https://x/a", "/a", ()),
        ("curl -LO https://x/a", "https://x/a", "", ()),
        ("curl -H 'A: b' -X POST -d x --url https://x/a", "https://x/a", "-", ()),
        ("curl x.example/a", "x.example/a", "-", ()),
        ("wget https://x/a", "https://x/a", "", ()),
        ("wget -qO- https://x/a | tar xz", "https://x/a", "-", ("tar",)),
        ("wget -q -O /a -P /b https://x/a", "https://x/a", "/a", ()),
        ("wget --output-document=/a --tries 3 https://x/a", "https://x/a", "/a", ()),
        ("curl https://x/a | sudo -E tee /a | bash && ls | cat", "https://x/a", "-", ("tee", "bash")),
        ('curl "https://x/$(uname -m)/a" | sh', "https://x/$(uname -m)/a", "-", ("sh",)),
        ("sudo curl https://x/${V}", "https://x/${V}", "-", ()),
    ],
)
def test_downloads(command: str, url: str, output: str, readers: tuple[str, ...]) -> None:
    (found,) = downloads(_subject(command))
    assert (found.url, found.output, found.reader_names) == (url, output, readers)


def test_several_addresses_and_none() -> None:
    assert [d.url for d in downloads(_subject("wget https://x/a https://x/b"))] == ["https://x/a", "https://x/b"]
    assert downloads(_subject("wget --version && curl --help && echo curl https://x/a")) == ()


@pytest.mark.parametrize(
    ("command", "url", "ref", "directory", "plain"),
    [
        ("git clone https://x/a", "https://x/a", None, "", True),
        ("git clone --depth 1 -b v1 https://x/a /b", "https://x/a", "v1", "/b", True),
        ("git -c a=b clone --branch=v1 https://x/a", "https://x/a", "v1", "", True),
        ("git clone --filter=blob:none https://x/a", "https://x/a", None, "", False),
        ("git clone --bare --revision abc https://x/a", "https://x/a", "abc", "", False),
    ],
)
def test_clones(command: str, url: str, ref: str | None, directory: str, plain: bool) -> None:
    (found,) = clones(_subject(command))
    assert (found.url, found.ref, found.directory, found.plain) == (url, ref, directory, plain)


def test_verified_here_or_later() -> None:
    subject = _subject("curl -O https://x/a", "sha256sum -c a.sum")
    early, late = subject.runs
    assert is_verified(subject, early)
    assert is_verified(subject, late)
    subject = _subject("sha256sum -c b.sum", "curl -O https://x/a")
    first, second = subject.runs
    assert is_verified(subject, first)
    assert not is_verified(subject, second)

"""What looks like a secret, and that nothing of it is shown."""

from __future__ import annotations

from pathlib import Path

import pytest

from bakehouse import config
from bakehouse.dockerfile.syntax import Span
from bakehouse.lint.linter import MAX_SOURCE, Linter, place
from bakehouse.lint.repo import Repo
from bakehouse.lint.secrets import find_tokens, is_secret_name, is_secret_value, mask
from bakehouse.lint.selection import Selection

GITHUB = "gh" + "p_" + "aB3dE5fG7hJ9kL1mN3pQ5rS7tU9vW1xY3zA5"
AWS = "AK" + "IA" + "Q7Z4T2WXM6RL9PDB"


@pytest.mark.parametrize(
    "name",
    [
        "PASSWORD",
        "DB_PASSWORD",
        "GITHUB_TOKEN",
        "AWS_SECRET_ACCESS_KEY",
        "API_KEY",
        "APIKEY",
        "secret",
        "NPM_AUTH",
        "AUTHTOKEN",
        "SECRETKEY",
    ],
)
def test_secret_names(name: str) -> None:
    assert is_secret_name(name)


@pytest.mark.parametrize(
    "name",
    [
        "PATH", "KEYCLOAK_VERSION", "TOKENIZERS_PARALLELISM", "PASSENGER_VERSION", "PUBLIC_KEY", "GPG_KEY",
        "APT_KEY_DONT_WARN_ON_DANGEROUS_USAGE", "POSTGRES_PASSWORD_FILE", "TOKEN_URL", "AUTH_ENABLED", "KEY_LENGTH",
        "MONKEY", "SITE_KEY", "Filters__0__Key", "AUTH_ANONYMOUS_ROLE", "SECRET_KEY_BASE_DUMMY",
    ],
)  # fmt: skip
def test_other_names(name: str) -> None:
    assert not is_secret_name(name)


def test_values_that_cannot_be_secrets() -> None:
    for value in ("", '""', "true", "0", "/run/secrets/token", "dummy", "not-needed"):
        assert not is_secret_value("X_SECRET", value)
    for value in ("hunter2", "changeme", "$TOKEN", "s3cr3t/with/slash"):
        assert is_secret_value("X_SECRET", value)


def test_fingerprints_of_keys() -> None:
    fingerprint = "A62AE125BBBFBB96A6E042EC925CC1CCED3D1561"
    assert not is_secret_value("SWIFT_KEY", fingerprint)
    assert is_secret_value("SWIFT_SECRET", fingerprint)


def test_tokens_and_placeholders() -> None:
    data = f"A {GITHUB} B {AWS} C AKIAIOSFODNN7EXAMPLE D ghp_{'x' * 36}".encode()
    assert sorted(data[t.start : t.end].decode() for t in find_tokens(data)) == [AWS, GITHUB]
    header = b"grep -q '-----BEGIN RSA PRIVATE KEY-----' file"
    assert not list(find_tokens(header))
    key = b"-----BEGIN OPENSSH PRIVATE KEY-----\n" + b"b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAE\n" * 3
    assert [t.what for t in find_tokens(key)] == ["a private key"]


@pytest.mark.parametrize(
    ("line", "hidden"),
    [
        (f"RUN git clone https://x:{GITHUB}@github.com/a/b", GITHUB),
        ("ENV DB_PASSWORD=hunter2 OTHER=1", "hunter2"),
        ("ENV DB_PASSWORD hunter2", "hunter2"),
        ('ENV API_TOKEN="two words"', "two words"),
        ("RUN curl -H 'Authorization: Bearer abcdef0123456789'", "abcdef0123456789"),
        ("RUN tool --password hunter2", "hunter2"),
        ("RUN pip install --index-url https://me:hunter2@example.com/simple", "hunter2"),
    ],
)
def test_masked(line: str, hidden: str) -> None:
    shown = mask(line)
    assert hidden not in shown
    assert len(shown) == len(line)
    assert shown.replace("*" * len(hidden), hidden) == line


@pytest.mark.parametrize(
    "line",
    [
        "RUN --mount=type=secret,id=npm_token,env=NPM_TOKEN npm ci",
        "ENV DB_PASSWORD=$SECRET",
        "RUN curl https://$USER:$TOKEN@example.com/",
        "ENV POSTGRES_PASSWORD_FILE=/run/secrets/x",
        "COPY key.pem /etc/ssl/",
        "ENV AUTH_ENABLED=true",
    ],
)
def test_nothing_to_mask(line: str) -> None:
    assert mask(line) == line


def test_no_report_shows_a_secret(tmp_path: Path) -> None:
    """Whichever rule speaks about a line: neither its message nor the source line has the secret."""
    repo = Repo(tmp_path, config.load(tmp_path, env={}))
    source = f"FROM debian:12\nRUN pip install flask git+https://me:hunter2@example.com/a {GITHUB}\n"
    repo.add("Dockerfile", source.encode())
    linter = Linter(Selection(frozenset(rule.name for rule in Linter(Selection(frozenset(), {})).names.rules), {}))
    found = linter.check(repo)
    assert found
    for finding in found:
        for text in (finding.message, finding.hint, finding.place.source):
            assert GITHUB not in text
            assert "hunter2" not in text


def test_a_secret_at_the_cut_of_a_long_line() -> None:
    line = b"RUN " + b"echo a; " * 122 + b"echo " + GITHUB.encode() + b" ; " + b"ls; " * 500
    shown = place("Dockerfile", line, Span(0, 3)).source
    assert len(shown) == MAX_SOURCE
    assert GITHUB[:8] not in shown
    assert shown.endswith("*")

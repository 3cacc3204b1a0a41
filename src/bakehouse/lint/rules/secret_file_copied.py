"""A file with secrets is copied into the image.

## What

COPY or ADD takes a file of the context that holds secrets by its name: `.env`, a private key (`id_rsa`, `*.key`,
`*-key.pem`, `*.p12`), credentials of AWS, Kubernetes, Docker, git, a password store. Where the repository is known,
`.npmrc`, `.yarnrc.yml`, `pip.conf` and the like too, if a token stands in them.

## Why

Everybody who can pull the image can read the file, also when a later RUN removes it: the layer stays. In a build
stage it stays in the build cache.

## Bad

```dockerfile
FROM debian:12
COPY .env /app/
```

## Good

```dockerfile
FROM debian:12
RUN --mount=type=secret,id=env,target=/app/.env /app/migrate
```

## Fix

None: whether the program needs it while building or while running is not known. While building, mount it with
`RUN --mount=type=secret`; while running, give it to the container.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from bakehouse.dockerfile.sources import Source, SourceKind
from bakehouse.lint.repo import Repo
from bakehouse.lint.rule import Group, Hit, Severity, rule
from bakehouse.lint.subject import Subject

RULE = rule(
    __doc__,
    name="secret-file-copied",
    group=Group.SECURITY,
    severity=Severity.WARNING,
    aliases=("CIS-DI-0010",),
)
_HINT = "mount it with RUN --mount=type=secret, or give it to the container when it runs"
_BY_NAME = (
    (re.compile(r"\.env(?:\.(?:local|prod|production|staging|secrets?))*"), "environment files hold secrets"),
    (re.compile(r"id_(?:rsa|dsa|ecdsa|ed25519)(?:_\w+)?"), "it is a private key"),
    (re.compile(r"(?:priv(?:ate)?[-_.]?key.*|.+[-_]key|key)\.pem|.+\.(?:key|p12|pfx|ppk)"), "it is a private key"),
    (re.compile(r"\.netrc|_netrc|\.pgpass|\.my\.cnf|\.git-credentials|\.vault-token|\.htpasswd"), "it holds passwords"),
    (re.compile(r"\.pypirc|\.dockercfg|kubeconfig|credentials\.json|.+\.ovpn"), "it holds credentials"),
    (re.compile(r"service[-_]?account.*\.json|.+\.kdbx"), "it holds credentials"),
    (re.compile(r"secrets?\.(?:ya?ml|json|toml|env|txt)|.+\.tfstate|master\.key"), "it holds secrets"),
)  # fmt: skip
_BY_PATH = re.compile(
    r"(?:^|/)(?:\.aws(?:/credentials)?|\.ssh|\.kube(?:/config)?|\.gnupg|\.docker/config\.json|\.config/gcloud|\.azure)\Z"
)
_PUBLIC = re.compile(
    r"pub|public|gpg|apt|repo|release|archive|signing|example|sample|template|dummy|nodesource|docker",
    re.IGNORECASE,
)
_KEY_PLACE = re.compile(r"\.pub|apt|gpg|keyring|rpm|trusted", re.IGNORECASE)
_MAY_HAVE_TOKEN = re.compile(
    r"\.npmrc|\.yarnrc(?:\.yml)?|pip\.conf|nuget\.config|auth\.json|bunfig\.toml", re.IGNORECASE
)
_TOKEN = re.compile(
    rb"""(?:_authToken|_password|_auth|npmAuthToken|ClearTextPassword"\s+value|"password"|token)\s*[=:]\s*["']?(?![\s"'$%<{])"""
    rb"|://[^\s:/@$]+:[^\s@/$]+@",
)


def check(subject: Subject) -> Iterator[Hit]:
    """Every source of COPY and ADD that holds secrets by its name."""
    for _, step in subject.steps_named("COPY", "ADD"):
        for source in step.sources:
            reason = _reason(source, step.values[-1]) if source.kind is SourceKind.CONTEXT else None
            if reason is not None:
                yield Hit(f"{source.path} is copied into the image: {reason}", source.span, hint=_HINT)


def _reason(source: Source, destination: str) -> str | None:
    path = source.path.rstrip("/")
    name = path.rpartition("/")[2]
    if _BY_PATH.search(path):
        return "it holds credentials"
    for pattern, reason in _BY_NAME:
        if pattern.fullmatch(name):
            is_key = reason == "it is a private key"
            public = is_key and (_PUBLIC.search(name) or _KEY_PLACE.search(destination))
            return None if public else reason
    return None


def check_repo(repo: Repo) -> Iterator[Hit]:
    """Every package manager's configuration that is copied and has a token in it."""
    for subject in repo.subjects.values():
        contexts = sorted({service.context for service in subject.services})
        for _, step in subject.steps_named("COPY", "ADD"):
            for source in step.sources:
                if source.kind is SourceKind.CONTEXT and _MAY_HAVE_TOKEN.fullmatch(source.path.rpartition("/")[2]):
                    yield from _with_token(repo, subject, source, contexts)


def _with_token(repo: Repo, subject: Subject, source: Source, contexts: list[str]) -> Iterator[Hit]:
    for context in contexts:
        path = source.context_path if context == "." else f"{context}/{source.context_path}"
        data = repo.read(path)
        if data is not None and _TOKEN.search(data):
            message = f"{source.path} is copied into the image: a token stands in it"
            yield Hit(message, source.span, hint=_HINT, path=subject.path)
            return

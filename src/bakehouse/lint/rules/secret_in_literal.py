"""A token or a private key stands in the file.

## What

The Dockerfile has a text that looks like a known token: of AWS, GitHub, GitLab, Slack, Stripe, Google, npm, PyPI,
Docker Hub and others, a JSON web token, or a private key. Examples (`AKIAIOSFODNN7EXAMPLE`, rows of x) are left
alone.

## Why

Who can read the file, its history in git, or the image, has the secret. Taking it out does not help any more: it
has to be revoked.

## Bad

```dockerfile
FROM debian:12
COPY <<EOF /root/.ssh/id_rsa
-----BEGIN OPENSSH PRIVATE KEY-----
b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAMwAAAAtzc2gtZW
QyNTUxOQAAACBLb29rIGF3YXksIHRoaXMgaXMgbm90IGEga2V5AAAAEExvb2sgYXdheQ==
-----END OPENSSH PRIVATE KEY-----
EOF
```

## Good

```dockerfile
FROM debian:12
RUN --mount=type=secret,id=key,target=/root/.ssh/id_rsa ssh -T git@example.com
```

## Fix

None: revoke the secret, and give the new one with `RUN --mount=type=secret`. The finding shows stars in its place.
"""

from __future__ import annotations

from collections.abc import Iterator

from bakehouse.dockerfile.syntax import Span
from bakehouse.lint.rule import Group, Hit, Severity, rule
from bakehouse.lint.secrets import find_tokens
from bakehouse.lint.subject import Subject

RULE = rule(
    __doc__,
    name="secret-in-literal",
    group=Group.SECURITY,
    severity=Severity.ERROR,
    aliases=("CIS-DI-0010",),
)


def check(subject: Subject) -> Iterator[Hit]:
    """Every token of a known format, in comments too."""
    for token in sorted(find_tokens(subject.data), key=lambda token: token.start):
        span = Span(token.start, token.end)
        yield Hit(f"{token.what} stands in the file", span, hint="revoke it, and mount the new one as a secret")

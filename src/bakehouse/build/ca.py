"""The host's extra certificate authorities, brought to every RUN as a secret that no image keeps.

Where a company (or a sandbox) signs TLS with a CA of its own, package managers inside RUN fail unless they
trust it. The bundle is mounted as a BuildKit secret at a path of its own, because a mount over the image's
/etc/ssl/certs/ca-certificates.crt would make `apt-get install ca-certificates` fail (its bundle is renamed
into place). Tools find it through environment variables that exist only while RUN works: they are ARGs of
the stage, which enter no image's configuration. Only the path is ever written down, never the bundle.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

from bakehouse.errors import ConfigError
from bakehouse.model.plan import Secret
from bakehouse.model.progress import StepName

SECRET_ID = "bakehouse-ca"
APT_SECRET_ID = "bakehouse-apt"
_CA_PATH = f"/run/secrets/{SECRET_ID}"
_APT_PATH = f"/run/secrets/{APT_SECRET_ID}"

SYSTEM_BUNDLES = (
    Path("/etc/ssl/certs/ca-certificates.crt"),
    Path("/etc/pki/tls/certs/ca-bundle.crt"),
    Path("/etc/ssl/ca-bundle.pem"),
    Path("/etc/ssl/cert.pem"),
)
LOCAL_ANCHORS = (Path("/usr/local/share/ca-certificates"), Path("/etc/pki/ca-trust/source/anchors"))
CLIENT_VARIABLES = ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "NODE_EXTRA_CA_CERTS", "CURL_CA_BUNDLE", "PIP_CERT")

# Read by: OpenSSL, Python, Go (SSL_CERT_FILE); requests; pip; curl; Node; git; cargo; boto; apt.
STAGE_ARGS: Mapping[str, str] = {
    **dict.fromkeys(
        (
            "SSL_CERT_FILE",
            "REQUESTS_CA_BUNDLE",
            "PIP_CERT",
            "CURL_CA_BUNDLE",
            "NODE_EXTRA_CA_CERTS",
            "GIT_SSL_CAINFO",
            "CARGO_HTTP_CAINFO",
            "AWS_CA_BUNDLE",
        ),
        _CA_PATH,
    ),
    "APT_CONFIG": _APT_PATH,
}
RUN_FLAGS = (
    f"--mount=type=secret,id={SECRET_ID},target={_CA_PATH},mode=0444",
    f"--mount=type=secret,id={APT_SECRET_ID},target={_APT_PATH},mode=0444",
)


@dataclass(frozen=True, slots=True)
class ExtraCa:
    """The files whose certificates RUN must trust, first the system's bundle. `source` says who asked."""

    files: tuple[Path, ...]
    source: str


def detect(setting: str, env: Mapping[str, str] = os.environ) -> ExtraCa | None:
    """What `[build] ca` asks for: "off" gives None, a path that file, "auto" what this host itself uses.

    Auto finds a bundle where a local anchor directory holds certificates, or where one of the variables that
    clients read names a file. Raises ConfigError for a path that cannot be read.
    """
    if setting == "off":
        return None
    system = next((p for p in SYSTEM_BUNDLES if p.is_file()), None)
    if setting != "auto":
        path = Path(setting).expanduser()
        if not path.is_file():
            raise ConfigError(f"the CA bundle {setting} cannot be read", hint="correct [build] ca, or set it to off")
        return ExtraCa(_unique(system, path), f"[build] ca = {setting}")
    for name in CLIENT_VARIABLES:
        value = env.get(name)
        if value and Path(value).is_file():
            return ExtraCa(_unique(system, Path(value)), f"${name}")
    for directory in LOCAL_ANCHORS:
        if system and directory.is_dir() and any(directory.glob("*.[cp][re][tm]")):
            return ExtraCa((system,), str(directory))
    return None


def write_secrets(ca: ExtraCa, directory: Path) -> tuple[Secret, ...]:
    """Put the bundle and apt's configuration into `directory` (mode 0600) and return them as build secrets.

    They lie inside the workspace's state directory because newer buildx asks before it reads files elsewhere.
    """
    bundle = directory / "ca.pem"
    apt = directory / "apt-ca.conf"
    parts = [file.read_bytes().rstrip(b"\n") + b"\n" for file in ca.files]
    _write_private(bundle, b"".join(parts))
    _write_private(apt, f'Acquire::https::CAInfo "{_CA_PATH}";\n'.encode())
    return (Secret(id=SECRET_ID, src=str(bundle)), Secret(id=APT_SECRET_ID, src=str(apt)))


@lru_cache(maxsize=4096)
def conceal(name: StepName) -> StepName:
    """A step's name as its author wrote it: without the mounts that the plan put into its RUN."""
    raw, instruction = name.raw, name.instruction
    for flag in RUN_FLAGS:
        raw = raw.replace(f" {flag}", "", 1)
        instruction = instruction.replace(f" {flag}", "", 1)
    return name if raw == name.raw else replace(name, raw=raw, instruction=instruction)


def _unique(*paths: Path | None) -> tuple[Path, ...]:
    seen: dict[Path, Path] = {}
    for path in paths:
        if path is not None:
            seen.setdefault(path.resolve(), path)
    return tuple(seen.values())


def _write_private(path: Path, data: bytes) -> None:
    if path.exists() and path.read_bytes() == data:
        return
    temporary = path.with_suffix(path.suffix + f".{os.getpid()}")
    with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(data)
    temporary.replace(path)

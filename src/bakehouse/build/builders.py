"""Configuration of builders, per driver: what to write where, so that caches age out and registries are trusted.

In: retention and registries. Out: text (daemon.json, buildkitd.toml) and the commands that use it; nothing is run.

"Thirty days and ten gigabytes" takes two policy entries, the age first. BuildKit works through the list in order,
and within one entry age and size are joined by AND: a single entry would drop nothing below the size, however old,
and nothing younger than the age, however much. Sizes are whole bytes, because a unit such as GB means 2^30 to the
daemon; ages are whole seconds.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bakehouse.config import Config
from bakehouse.model.builder import GcRule
from bakehouse.tools import buildx

DRIVERS = ("docker", "docker-container", "remote", "kubernetes")
DEFAULT_NAME = "bakehouse"
DEFAULT_IMAGE = "moby/buildkit:buildx-stable-1"
TOML_NAME = "buildkitd.toml"
# From this BuildKit on buildkitd.toml says maxUsedSpace; before, keepBytes was the one size there was. An older one
# skips the key it does not know, and an entry left without a limit drops the whole cache at every collection.
MAX_USED_SPACE_SINCE = (0, 17)
_DAY = 86_400
_GIGABYTE = 1_000_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Retention:
    """What the cache keeps: nothing unused for longer than `max_age` seconds, never more than `max_bytes`; 0: no limit.

    With neither limit garbage collection is off.
    """

    max_age: int
    max_bytes: int

    @property
    def words(self) -> str:
        """`30 days and 10 GB`."""
        parts = []
        if self.max_age:
            parts.append(f"{self.max_age / _DAY:g} days")
        if self.max_bytes:
            parts.append(f"{self.max_bytes / _GIGABYTE:g} GB")
        return " and ".join(parts) or "no limit"


@dataclass(frozen=True, slots=True, kw_only=True)
class Registry:
    """How a builder reaches a registry: `http` for one without TLS, `ca` files on this machine to trust."""

    host: str
    http: bool = False
    ca: tuple[Path, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class BuilderConfig:
    """`text` goes into the file called `file`; then `commands` are run; `steps` say so in words."""

    driver: str
    name: str
    retention: Retention
    file: str
    text: str
    commands: tuple[tuple[str, ...], ...]
    steps: tuple[str, ...]


def retention(config: Config) -> Retention:
    """The retention that [cache] keep_days and max_size ask for."""
    return Retention(max_age=config.cache.keep_days * _DAY, max_bytes=config.cache.max_bytes)


def registries(config: Config, ca: Sequence[Path] = ()) -> tuple[Registry, ...]:
    """The registries this workspace uses: local ones over plain HTTP, the others with the extra CA.

    Where there is an extra CA, docker.io gets it too: the builder, not the host, pulls the base images.
    """
    hosts = [config.registry.url, config.bases.registry, *(["docker.io"] if ca else [])]
    names = dict.fromkeys(_host(h) for h in hosts if h)
    found = (Registry(host=h, http=is_local(h), ca=() if is_local(h) else tuple(ca)) for h in names)
    return tuple(r for r in found if r.http or r.ca)


def is_local(host: str) -> bool:
    """True for the names of this machine itself, which Docker clients reach without TLS."""
    name = host.rpartition(":")[0] or host
    return name in ("localhost", "[::1]", "::1") or name.startswith("127.")


def configuration(
    driver: str,
    keep: Retention,
    known: Sequence[Registry] = (),
    *,
    name: str = DEFAULT_NAME,
    image: str | None = None,
    endpoint: str | None = None,
    buildkit: tuple[int, int] | None = None,
) -> BuilderConfig:
    """Everything needed for a builder of `driver`.

    `buildkit` is the version of the builder's daemon where it is known: it decides the spelling of the policy.
    """
    if driver == "docker":
        text = json.dumps(daemon_json(keep), indent=2) + "\n"
        return BuilderConfig(
            driver=driver,
            name="default",
            retention=keep,
            file="daemon.json",
            text=text,
            commands=(),
            steps=_DOCKER_STEPS,
        )
    options = _driver_options(driver, known, image)
    create = buildx.create_builder(
        name, driver, config=None if driver == "remote" else Path(TOML_NAME), endpoint=endpoint, options=options
    )
    if driver == "remote" and endpoint is None:
        create = (*create, "tcp://HOST:1234")
    return BuilderConfig(
        driver=driver,
        name=name,
        retention=keep,
        file=TOML_NAME,
        text=buildkitd_toml(keep, known, buildkit=buildkit),
        commands=(create,),
        steps=_STEPS[driver],
    )


def daemon_json(keep: Retention) -> dict[str, object]:
    """The "builder" section of dockerd's daemon.json.

    keepStorage is understood by every dockerd with BuildKit; newer ones read it as reservedSpace, which caps alike
    where it stands alone. "0" must be written: older ones refuse an empty size. defaultKeepStorage must not be
    added: dockerd would put it in place of the "0", and the age would again be joined to a size.
    """
    rules: list[dict[str, object]] = []
    if keep.max_age:
        rules.append({"all": True, "keepStorage": "0", "filter": [f"unused-for={keep.max_age}s"]})
    if keep.max_bytes:
        rules.append({"all": True, "keepStorage": str(keep.max_bytes)})
    return {"builder": {"gc": {"enabled": bool(rules), "policy": rules}}}


def buildkitd_toml(keep: Retention, known: Sequence[Registry] = (), *, buildkit: tuple[int, int] | None = None) -> str:
    """buildkitd.toml: the policy of the OCI worker (which all three drivers start) and the registries.

    Where BuildKit's version is unknown both spellings are written: the newer one reads keepBytes as reservedSpace,
    and the two together cap at the same size.
    """
    lines = ["[worker.oci]", f"  gc = {_toml(bool(keep.max_age or keep.max_bytes))}"]
    if keep.max_age:
        lines += ["", "[[worker.oci.gcpolicy]]", "  all = true", f"  keepDuration = {keep.max_age}"]
    if keep.max_bytes:
        lines += ["", "[[worker.oci.gcpolicy]]", "  all = true"]
        lines += [f"  {key} = {keep.max_bytes}" for key in _size_keys(buildkit)]
    for registry in known:
        lines += ["", f"[registry.{_toml(registry.host)}]"]
        if registry.http:
            lines.append("  http = true")
        if registry.ca:
            lines.append(f"  ca = [{', '.join(_toml(str(path)) for path in registry.ca)}]")
    return "\n".join(lines) + "\n"


def applied(rules: Iterable[GcRule], keep: Retention) -> bool:
    """True if the policy a builder runs with keeps what `keep` says: one rule for the age, one for the size.

    Daemons turn the age into a point in time and back, so it may be off by a second.
    """
    running = tuple(rules)
    by_age = any(r.all and not r.filters and r.max_bytes == 0 and abs(r.max_age - keep.max_age) <= 1 for r in running)
    by_size = any(r.all and not r.filters and r.max_age == 0 and r.max_bytes == keep.max_bytes for r in running)
    return (by_age or not keep.max_age) and (by_size or not keep.max_bytes)


def _size_keys(buildkit: tuple[int, int] | None) -> tuple[str, ...]:
    if buildkit is None:
        return ("keepBytes", "maxUsedSpace")
    return ("maxUsedSpace",) if buildkit >= MAX_USED_SPACE_SINCE else ("keepBytes",)


def _driver_options(driver: str, known: Sequence[Registry], image: str | None) -> tuple[str, ...]:
    options = []
    if driver == "kubernetes":
        options += ["namespace=bakehouse", "replicas=1"]
    if driver == "docker-container" and any(r.http for r in known):
        options.append("network=host")  # else localhost is the builder's own container
    if image and driver != "remote":
        options.append(f"image={image}")
    return tuple(options)


def _host(reference: str) -> str:
    return reference.removeprefix("https://").removeprefix("http://").partition("/")[0]


def _toml(value: str | bool) -> str:
    """A TOML boolean or basic string; JSON's escapes are TOML's."""
    return json.dumps(value)


_DOCKER_STEPS = (
    "merge this into the daemon's daemon.json (scripts/engine writes the same for an engine of its own)",
    "restart the daemon: a reload does not read the builder section again",
)
_STEPS: Mapping[str, tuple[str, ...]] = {
    "docker-container": (
        "`bakehouse builder apply --driver docker-container` does this; CA files are copied into the builder",
    ),
    "remote": (
        "put the file on the builder's host: buildkitd --config /etc/buildkit/buildkitd.toml",
        "copy the CA files to the same paths there",
        "create the builder here, with its address in place of tcp://HOST:1234",
    ),
    "kubernetes": (
        "kubectl create namespace bakehouse",
        "create the builder: buildx puts the file and the CA files into a ConfigMap of its deployment",
        "localhost registries do not exist inside the cluster: set [registry] url to one the nodes reach",
    ),
}

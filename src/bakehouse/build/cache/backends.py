"""The cache back ends as BuildKit's attributes. In: [cache] and the names of a target. Out: cache-from and cache-to.

Pure but for `missing_needs`, which looks at the environment it is given. Attribute names are those of Docker's
reference of cache storage back ends; credentials never stand in them: buildx takes them from the environment.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bakehouse.config import CacheSection

LOCAL_PLACE = ".bakehouse/cache"
DEFAULT_MODE = "max"
_IGNORE = "ignore-error=true"  # a store that is gone, full or read-only must not fail an image that is built


@dataclass(frozen=True, slots=True, kw_only=True)
class CacheNames:
    """What distinguishes the cache of one target: `image` is namespace/service, `target` the bake target's id."""

    registry: str
    image: str
    target: str
    variant: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Attributes:
    """The values of `cache-from` and `cache-to`, as a bake file and --cache-from, --cache-to take them."""

    sources: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()


def attributes(
    cache: CacheSection, names: CacheNames, *, mode: str = DEFAULT_MODE, shared: Sequence[CacheNames] = ()
) -> Attributes:
    """cache-from (the target's own first, then those it shares layers with) and cache-to of one target.

    `mode` is min or max. An inline cache is always min: it lies in the image itself.
    """
    if cache.backend == "none":
        return Attributes()
    others = [n for n in shared if n != names] if cache.share else []
    sources = tuple(dict.fromkeys(_source(cache, n) for n in (names, *others)))
    return Attributes(sources=sources, targets=(_target(cache, names, mode),))


def reference(cache: CacheSection, names: CacheNames) -> str:
    """Where a registry cache of a target lies: REF/namespace/service:buildcache-variant."""
    return f"{cache.ref or names.registry}/{names.image}:buildcache-{names.variant}"


def directory(cache: CacheSection, names: CacheNames) -> str:
    """Where a local cache of a target lies, as configured: relative to the workspace unless `ref` is absolute."""
    return f"{cache.ref or LOCAL_PLACE}/{names.target}"


def _source(cache: CacheSection, names: CacheNames) -> str:
    if cache.backend == "registry":
        return f"type=registry,ref={reference(cache, names)}"
    if cache.backend == "local":
        return f"type=local,src={directory(cache, names)}"
    if cache.backend == "inline":
        return f"type=registry,ref={names.registry}/{names.image}:{names.variant}"
    if cache.backend == "gha":
        return f"type=gha,scope={_scope(cache, names)}"
    return f"type=s3,{_bucket(cache, names)}"


def _target(cache: CacheSection, names: CacheNames, mode: str) -> str:
    if cache.backend == "registry":
        where = f"ref={reference(cache, names)},mode={mode},image-manifest=true,oci-mediatypes=true"
        return f"type=registry,{where},{_IGNORE}"
    if cache.backend == "local":
        return f"type=local,dest={directory(cache, names)},mode={mode},{_IGNORE}"
    if cache.backend == "inline":
        return "type=inline"
    if cache.backend == "gha":
        return f"type=gha,scope={_scope(cache, names)},mode={mode},{_IGNORE}"
    return f"type=s3,{_bucket(cache, names)},mode={mode},{_IGNORE}"


def _scope(cache: CacheSection, names: CacheNames) -> str:
    return "-".join(part for part in (cache.ref.replace("/", "-"), names.target) if part)


def _bucket(cache: CacheSection, names: CacheNames) -> str:
    parts = [f"region={cache.region}", f"bucket={cache.bucket}", f"name={names.target}"]
    if cache.ref:
        parts.append(f"prefix={cache.ref.strip('/')}/")
    if cache.endpoint:
        parts += [f"endpoint_url={cache.endpoint}", "use_path_style=true"]
    return ",".join(parts)


def missing_needs(cache: CacheSection, env: Mapping[str, str], home: Path) -> str | None:
    """Why this back end cannot work in this environment, with what to do; None where nothing is missing.

    `home` is the user's home directory: AWS's tools keep credentials there.
    """
    if cache.backend == "gha":
        return _gha_needs(env)
    if cache.backend == "s3":
        named = env.get("AWS_ACCESS_KEY_ID") and env.get("AWS_SECRET_ACCESS_KEY")
        elsewhere = (
            "AWS_PROFILE",
            "AWS_WEB_IDENTITY_TOKEN_FILE",
            "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
            "AWS_CONTAINER_CREDENTIALS_FULL_URI",
        )
        if named or any(env.get(v) for v in elsewhere) or (home / ".aws").is_dir():
            return None
        return (
            "no credentials for the s3 cache: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE"
            " (a builder with a role of its own works without; then ignore this)"
        )
    return None


def _gha_needs(env: Mapping[str, str]) -> str | None:
    missing = [] if env.get("ACTIONS_RUNTIME_TOKEN") else ["ACTIONS_RUNTIME_TOKEN"]
    if not (env.get("ACTIONS_RESULTS_URL") or env.get("ACTIONS_CACHE_URL")):
        missing.append("ACTIONS_RESULTS_URL")
    if not missing:
        return None
    names = " and ".join(missing)
    if env.get("GITHUB_ACTIONS") != "true":
        return f"the gha cache works only inside GitHub Actions ({names} not set): built without it here"
    return (
        f"the gha cache needs {names}, which GitHub gives to actions but not to `run:` steps: export them in a step"
        " before (an action such as crazy-max/ghaction-github-runtime does)"
    )

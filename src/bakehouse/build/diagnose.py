"""Doctor's checks: Facts and Config in, one Check for each thing that a build needs out.

Pure: what the machine says is asked in machine_facts.py, here it is judged. `fail` is for what stops a build,
`warn` for what makes it slower, fuller or different from what the configuration says.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from bakehouse.build import builders
from bakehouse.build.machine_facts import Facts
from bakehouse.build.nodes import trouble
from bakehouse.build.platforms import host_architecture
from bakehouse.build.registry_probe import Login
from bakehouse.build.version_gates import MINIMUM_BUILDX, lacking, parse_version
from bakehouse.config import Config
from bakehouse.model.builder import Builder

_GB = 1_000_000_000
LOW_DISK = 0.10  # share of the disk
LOW_MEMORY = 2 * _GB
_QEMU_NAMES = {"arm64": "aarch64", "amd64": "x86_64"}


class Status(StrEnum):
    """How a check ended."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One thing looked at: what was found, more about it line by line, and what to do where it is not ok."""

    name: str
    status: Status
    found: str
    remedy: str = ""
    details: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnosis:
    """All checks, in the order in which a reader should mend them. `ok` is False if one failed."""

    ok: bool
    checks: tuple[Check, ...]


def diagnose(facts: Facts, config: Config) -> Diagnosis:
    """Judge the facts against what this workspace's configuration asks for."""
    checks = tuple(check(facts, config) for check in CHECKS)
    return Diagnosis(ok=all(c.status is not Status.FAIL for c in checks), checks=checks)


def _engine(facts: Facts, _: Config) -> Check:
    engine = facts.engine
    if engine is None:
        return _fail(
            "engine",
            facts.errors.get("engine", "no engine answers"),
            "start Docker, or let `scripts/engine up` of the Bakehouse repository start one",
        )
    found = f"docker {engine.version} on {engine.os} ({engine.architecture})"
    return Check(name="engine", status=Status.OK, found=found, details=engine.warnings)


def _store(facts: Facts, _: Config) -> Check:
    engine = facts.engine
    if engine is None:
        return _unknown("image store")
    if engine.containerd_store:
        return _ok("image store", f"containerd ({engine.storage_driver})")
    return _warn(
        "image store",
        f"the engine's old one ({engine.storage_driver}): no cache export, attestations or several platforms",
        'put "features": {"containerd-snapshotter": true} into daemon.json and restart the daemon',
    )


def _buildx(facts: Facts, _: Config) -> Check:
    if facts.buildx is None:
        return _fail("buildx", facts.errors.get("buildx", "missing"), "install the docker-buildx plugin, 0.13 or newer")
    version = parse_version(facts.buildx)
    if version is None:
        return _warn("buildx", f"{facts.buildx}: no version told", "use a released buildx")
    text = ".".join(map(str, version))
    if version < MINIMUM_BUILDX:
        return _fail("buildx", f"{text} is too old", "install buildx 0.13 or newer")
    gates = lacking("buildx", version)
    details = tuple(f"without {g.feature} (from {_dotted(g.since)}): {g.instead}" for g in gates)
    return Check(name="buildx", status=Status.OK, found=text + _lacks(len(gates)), details=details)


def _builder(facts: Facts, config: Config) -> Check:
    if facts.builders is None:
        return _fail("builder", facts.errors.get("builders", "unknown"), "run `docker buildx ls` and mend what it says")
    if config.builder.nodes:
        return _several(facts.builders, config.builder.nodes)
    builder = chosen_builder(facts.builders, config)
    if builder is None:
        name = config.builder.name
        return _fail("builder", f"there is no builder {name!r}", f"`bakehouse builder apply --name {name}` makes it")
    node = builder.nodes[0] if builder.nodes else None
    if node is None or node.error or builder.error:
        why = (node.error if node else "") or builder.error or "it has no node"
        return _fail("builder", f"{builder.name}: {why}", "start it: docker buildx inspect --bootstrap")
    version = parse_version(node.buildkit)
    gates = lacking("buildkit", version) if version else ()
    told = f"BuildKit {node.buildkit.lstrip('v')}" if version else "BuildKit's version not told"
    return Check(
        name="builder",
        status=Status.OK,
        found=f"{builder.name} ({builder.driver}), {told}" + _lacks(len(gates)),
        details=tuple(f"without {g.feature} (from {_dotted(g.since)}): {g.instead}" for g in gates),
    )


def _several(known: tuple[Builder, ...], names: tuple[str, ...]) -> Check:
    """Builders that share a run: one that is not known stops it, one that does not answer is left out."""
    found = {b.name: b for b in known}
    if missing := [n for n in names if n not in found]:
        return _fail(
            "builder", f"there is no builder {missing[0]!r}", f"`bakehouse builder create {missing[0]}` makes it"
        )
    troubles = {n: why for n in names if (why := trouble(found[n]))}
    said = ", ".join(f"{n} {f'does not answer ({troubles[n]})' if n in troubles else 'answers'}" for n in names)
    if len(troubles) == len(names):
        return _fail("builder", said, "start one of them; `bakehouse builder status` asks each")
    if troubles:
        return _warn("builder", said, "builds go on without it; `bakehouse builder status` asks each")
    return _ok("builder", said)


def _retention(facts: Facts, config: Config) -> Check:
    builder = chosen_builder(facts.builders or (), config)
    if builder is None or builder.error or not builder.nodes or builder.nodes[0].error:
        return _unknown("cache policy")
    keep = builders.retention(config)
    rules = builder.nodes[0].gc
    remedy = f"`bakehouse builder config --driver {builder.driver}` shows what to write where"
    if not rules:
        return _warn("cache policy", "the builder tells none (it may not run yet)", remedy)
    if builders.applied(rules, keep):
        return _ok("cache policy", f"{keep.words}, as configured")
    return _warn("cache policy", f"the builder's own, not {keep.words}", remedy)


def _registry(facts: Facts, config: Config) -> Check:
    state = facts.registry
    if state is None:
        return _unknown("registry")
    needed = config.registry.push
    if state.login is None:
        make = _fail if needed else _warn
        return make("registry", f"{state.host} does not answer: {state.detail}", "start it, or correct [registry] url")
    if state.login in (Login.ACCEPTED, Login.NOT_NEEDED):
        words = "login accepted" if state.login is Login.ACCEPTED else "no login needed"
        return _ok("registry", f"{state.host} answers, {words}")
    words = "takes no password from Docker's credential store" if state.login is Login.REFUSED else "wants a login"
    words += f" ({state.detail})" if state.detail else ""
    return (_fail if needed else _warn)("registry", f"{state.host} {words}", f"docker login {state.host}")


def _disk(facts: Facts, config: Config) -> Check:
    if facts.engine is None:
        return _unknown("disk")
    if facts.disk_free is None or not facts.disk_total:
        return _ok("disk", "not seen from here: the engine's data is on another machine")
    found = f"{_gb(facts.disk_free)} of {_gb(facts.disk_total)} GB free for the engine's data"
    if facts.disk_free < _GB:
        return _fail("disk", found, "docker buildx prune, docker image prune, or a larger disk")
    if facts.disk_free < max(LOW_DISK * facts.disk_total, config.cache.max_bytes):
        return _warn("disk", found, "make room: the cache alone may take " + builders.retention(config).words)
    return _ok("disk", found)


def _memory(facts: Facts, _: Config) -> Check:
    engine = facts.engine
    if engine is None:
        return _unknown("memory")
    free = f", {_gb(facts.memory_available)} GB available now" if facts.memory_available is not None else ""
    found = f"{_gb(engine.memory)} GB for the engine{free}"
    if engine.memory < LOW_MEMORY:
        return _warn("memory", found, "build fewer targets at once: [build] concurrency = 1")
    return _ok("memory", found)


def _cores(facts: Facts, _: Config) -> Check:
    if facts.engine is None:
        return _unknown("cores")
    return _ok("cores", str(facts.engine.cores))


def _emulation(facts: Facts, config: Config) -> Check:
    asked = {p.split("/")[1] for p in config.build.platforms if "/" in p} - {host_architecture()}
    builder = chosen_builder(facts.builders or (), config)
    native = {p.split("/")[1] for n in (builder.nodes if builder else ()) for p in n.platforms if "/" in p}
    ready = {e.architecture for e in facts.emulators if e.enabled and e.fixed}
    missing = {a for a in asked if a not in native and _QEMU_NAMES.get(a, a) not in ready}
    names = ", ".join(sorted(ready)) or "none registered"
    if missing:
        return _fail(
            "emulation",
            f"no way to build for {', '.join(sorted(missing))} (emulators: {names})",
            "`scripts/engine up --emulation`, or a node of that architecture: `bakehouse builder create`",
        )
    loose = sorted(e.architecture for e in facts.emulators if e.enabled and not e.fixed)
    if loose:
        found = f"{', '.join(loose)} without flag F: not seen inside builds"
        return _warn("emulation", found, "register it with flag F")
    return _ok("emulation", names if ready else f"{names}, none needed")


def _extra_ca(facts: Facts, _: Config) -> Check:
    if "extra_ca" in facts.errors:
        return _fail("extra CA", facts.errors["extra_ca"], "correct [build] ca")
    if facts.extra_ca is None:
        return _ok("extra CA", "none: builds trust what their images trust")
    files = tuple(str(f) for f in facts.extra_ca.files)
    found = f"from {facts.extra_ca.source}; every RUN gets it as a secret"
    return Check(name="extra CA", status=Status.OK, found=found, details=files)


def _compose(facts: Facts, _: Config) -> Check:
    if facts.compose is None:
        return _warn("compose", "the plugin is missing", "install docker-compose-plugin to run the images together")
    return _ok("compose", facts.compose)


def _git(facts: Facts, _: Config) -> Check:
    if facts.git is None:
        return _warn("git", "missing: runs are recorded without revision", "install git")
    return _ok("git", facts.git.removeprefix("git version "))


CHECKS: tuple[Callable[[Facts, Config], Check], ...] = (
    _engine,
    _store,
    _buildx,
    _builder,
    _retention,
    _registry,
    _disk,
    _memory,
    _cores,
    _emulation,
    _extra_ca,
    _compose,
    _git,
)


def chosen_builder(known: tuple[Builder, ...], config: Config) -> Builder | None:
    """The builder the configuration names (of several the first), or else the current one."""
    name = config.builder.nodes[0] if config.builder.nodes else config.builder.name
    if name:
        return next((b for b in known if b.name == name), None)
    return next((b for b in known if b.current), None)


def _ok(name: str, found: str) -> Check:
    return Check(name=name, status=Status.OK, found=found)


def _warn(name: str, found: str, remedy: str) -> Check:
    return Check(name=name, status=Status.WARN, found=found, remedy=remedy)


def _fail(name: str, found: str, remedy: str) -> Check:
    return Check(name=name, status=Status.FAIL, found=found, remedy=remedy)


def _unknown(name: str, why: str = "not known while no engine answers") -> Check:
    return Check(name=name, status=Status.WARN, found=why, remedy="start the engine first")


def _lacks(count: int) -> str:
    return f"; lacks {count} newer feature{'s' if count > 1 else ''} (-v lists them)" if count else ""


def _dotted(version: tuple[int, int, int]) -> str:
    return ".".join(map(str, version)).removesuffix(".0")


def _gb(size: int) -> str:
    return f"{size / _GB:.1f}"

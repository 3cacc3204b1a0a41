"""Which targets need not be built, because an image of the same identity exists. A plan in, the same with verdicts out.

Where in doubt, build: an identity that names no image, a registry that does not answer or answers oddly, an image
that is too old or from the future, a base that is built anew all mean build, and the reason is said.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from bakehouse.build import names
from bakehouse.model.identity import Identity
from bakehouse.model.plan import Plan, Reused, Target, Verdict
from bakehouse.model.service import Notice

CLOCK_TOLERANCE_SECONDS = 300.0
"""An image that is younger than this much before its time was made by a clock that differs from ours."""

Answer = Reused | str  # the image, or why there is none to take


class ImageStore(Protocol):
    """Where images are kept: a registry, or the engine's own store."""

    def begin(self, targets: Sequence[Target]) -> None:
        """Ask already, in the background, what can be asked before the identities are known."""

    def find(self, targets: Sequence[Target]) -> tuple[Mapping[str, Answer], tuple[str, ...]]:
        """The answer for each target id, and warnings. Never raises for a store that does not answer."""

    def point_tags(self, target: Target) -> None:
        """Make the missing tags of a reused target point at its image. Raises BakehouseError; moves no data."""

    def publish(self, target: Target, digest: str) -> None:
        """Put the tags of a target on the image just built. Raises BakehouseError: then the target failed."""

    def remember(self, target: Target, digest: str, began: float) -> None:
        """Give the image just built the name of its identity. `began`: Unix seconds. Raises BakehouseError."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What may be reused. `off` says why nothing may ("": it may); `max_age` is in seconds, 0 for any age."""

    off: str = ""
    rebuild: frozenset[str] = frozenset()  # services
    max_age: float = 0.0
    now: float


def with_identities(plan: Plan, identities: Mapping[str, Identity], at: float) -> Plan:
    """The plan with every target's identity, its tag, and the digests its base images had.

    `at` (Unix seconds) is when the identities began to be computed.
    """
    targets = tuple(_identified(t, identities.get(t.id)) for t in plan.targets)
    return replace(plan, targets=targets, identified_at=at)


def _identified(target: Target, identity: Identity | None) -> Target:
    if identity is None:
        return target
    return replace(
        target,
        identity=identity.digest,
        unknowable=identity.unknowable,
        pins=identity.pins if identity.knowable else (),
        identity_tag=names.identity_tag(target.tags[0], identity.digest) if target.tags else "",
    )


def judge(plan: Plan, store: ImageStore, policy: Policy) -> Plan:
    """The plan with a verdict and a reason for every target that could be built.

    Targets that nobody asked for are left out where nothing that is built needs them.
    """
    forced = {t.id: reason for t in plan.to_build if (reason := _forced(t, policy))}
    answers, warnings = store.find([t for t in plan.to_build if t.id not in forced])
    judged: dict[str, Target] = {}
    for target in sorted(plan.targets, key=lambda t: t.wave):
        judged[target.id] = _judged(target, forced.get(target.id) or answers.get(target.id, ""), judged, policy)
    kept = _needed(plan, judged)
    notices = tuple(Notice(message=text) for text in warnings)
    return replace(plan, targets=kept, notices=(*plan.notices, *notices))


def _forced(target: Target, policy: Policy) -> str:
    """Why a target is built without asking anybody; "" where asking makes sense."""
    if policy.off:
        return policy.off
    if target.service in policy.rebuild:
        return "--rebuild"
    if target.no_cache or target.no_cache_stages:
        return "its cache was invalidated"
    if target.unknowable:
        return f"its identity cannot be known: {target.unknowable[0]}"
    return "" if target.nameable else "it has no identity"


def _judged(target: Target, answer: Answer, judged: Mapping[str, Target], policy: Policy) -> Target:
    if target.verdict is not Verdict.BUILD:
        return target
    if isinstance(answer, str):
        return replace(target, reason=answer)
    built = [n for n in target.depends_on if n in judged and _binding(judged[n])]
    if built:
        return replace(target, reason=f"built from {built[0]}, which is built anew")
    age = policy.now - answer.built
    if age < -CLOCK_TOLERANCE_SECONDS:
        return replace(target, reason="its image is from the future: a clock is wrong", no_cache=True)
    if policy.max_age and age > policy.max_age:
        reason = f"its image is older than {days(policy.max_age)} ({days(age)}): built without cache for updates"
        return replace(target, reason=reason, no_cache=True)
    where = answer.reference.partition("/")[0] if answer.place == "registry" else "the local store"
    reason = f"built {days(max(0.0, age))} ago, in {where}"
    return replace(target, verdict=Verdict.REUSE, reason=reason, reuse=answer)


def _binding(needed: Target) -> bool:
    """Whether what a target is built from is new, so that the target must be too."""
    return needed.verdict is Verdict.BUILD and not (needed.needed_only and not needed.no_cache)


def _needed(plan: Plan, judged: Mapping[str, Target]) -> tuple[Target, ...]:
    """The targets without those that only others needed, which are reused now."""
    wanted: set[str] = set()
    todo = [t.id for t in judged.values() if not t.needed_only]
    while todo:
        name = todo.pop()
        if name in wanted or name not in judged:
            continue
        wanted.add(name)
        if judged[name].verdict is not Verdict.REUSE:
            todo += judged[name].depends_on
    return tuple(judged[t.id] for t in plan.targets if t.id in wanted)


def stranded(plan: Plan) -> dict[str, str]:
    """Reused targets (id -> why to build them) that others need whose builder cannot see the local store."""
    found: dict[str, str] = {}
    for target in sorted(plan.to_build, key=lambda t: -t.wave):
        todo = list(target.depends_on)
        while todo:
            needed = plan.target(todo.pop())
            if needed is not None and needed.verdict is Verdict.REUSE and needed.id not in found:
                found[needed.id] = f"{target.id} is built from it by a builder that cannot see the local store"
                todo += needed.depends_on
    return found


def built_after_all(plan: Plan, failed: Mapping[str, str]) -> Plan:
    """The plan with some reused targets (id -> why) to be built, and everything that is built from them."""
    reasons = dict(failed)
    for target in sorted(plan.targets, key=lambda t: t.wave):
        for needed in target.depends_on:
            if needed in reasons:
                reasons.setdefault(target.id, f"built from {needed}, which is built anew")
    targets = tuple(
        replace(t, verdict=Verdict.BUILD, reason=reasons[t.id], reuse=None)
        if t.id in reasons and t.verdict is Verdict.REUSE
        else t
        for t in plan.targets
    )
    return replace(plan, targets=targets)


def days(seconds: float) -> str:
    """A length of time as people say it."""
    for unit, word in ((86400.0, "d"), (3600.0, "h"), (60.0, "min")):
        if seconds >= unit:
            return f"{seconds / unit:.0f} {word}"
    return f"{seconds:.0f} s"

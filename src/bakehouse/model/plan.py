"""What would be built: targets, waves, caches, tags, and what the plan had to replace."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from bakehouse.model.service import Notice


class Verdict(StrEnum):
    """What a plan says of a target."""

    BUILD = "build"
    REUSE = "reuse"
    BLOCKED = "blocked"  # something it needs cannot be built or pulled
    SKIPPED = "skipped"  # cannot be had on this machine; said in one line, not a failure


@dataclass(frozen=True, slots=True, kw_only=True)
class Secret:
    """A build secret: BuildKit's id and the file on the host that holds it. Its content is never read here."""

    id: str
    src: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Substitution:
    """Something the Dockerfile names and the plan replaces: a base image or a frontend.

    `original` is what the Dockerfile says, `replacement` what is used, `reason` why; `targets` are affected.
    """

    kind: str  # "base" | "frontend"
    original: str
    replacement: str
    reason: str
    targets: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Reused:
    """An image that exists already and has a target's identity.

    `place` is registry or local (the engine's store); `reference` is what a FROM can name; `built` is when its
    content was made (Unix seconds), however often it was tagged since. `missing_tags` are the target's tags
    that do not point at it yet: (reference, digest it must point at).
    """

    place: str
    reference: str
    digest: str
    built: float
    missing_tags: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """One build: a service in a variant.

    `id` is the bake target name ([A-Za-z0-9_-]); `context` and `dockerfile` are absolute paths.
    `prepared` is the altered copy that the engine gets in place of `dockerfile` (None: the file as it is);
    `line_map[i]` is then the 1-based line of the file that line i+1 of the copy came from.
    `platform_args` are the arguments that differ by platform (platform -> name -> value): the prepared Dockerfile has
    them.
    `depends_on` are ids of targets in the same plan whose image this one is built from.
    `no_cache` executes every step whatever the caches hold, `no_cache_stages` those of some stages. `platform_tags`
    name the image of one platform within the index: (reference, platform).
    `identity` is the digest of everything that can change the image, empty where it was not asked for; `unknowable`
    says why it names no image: such a target is always built. `identity_tag` is the image name made of it. `reuse` is
    the image that is taken, where the verdict is reuse. `pins` are the digests of external images that entered the
    identity, by the reference the Dockerfile uses: what is built must be what was identified. `needed_only`: nobody
    asked for it, others are built from it.
    """

    id: str
    service: str
    variant: str
    context: Path
    dockerfile: Path
    stage: str | None = None
    verdict: Verdict = Verdict.BUILD
    reason: str = ""
    wave: int = 0
    platforms: tuple[str, ...] = ()
    args: Mapping[str, str] = field(default_factory=dict)
    platform_args: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    contexts: Mapping[str, str] = field(default_factory=dict)
    tags: tuple[str, ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict)
    cache_from: tuple[str, ...] = ()
    cache_to: tuple[str, ...] = ()
    secrets: tuple[Secret, ...] = ()
    prepared: Path | None = None
    line_map: tuple[int, ...] = ()
    depends_on: tuple[str, ...] = ()
    bases: tuple[str, ...] = ()
    no_cache: bool = False
    no_cache_stages: tuple[str, ...] = ()
    platform_tags: tuple[tuple[str, str], ...] = ()
    identity: str = ""
    identity_tag: str = ""
    unknowable: tuple[str, ...] = ()
    pins: tuple[tuple[str, str], ...] = ()
    reuse: Reused | None = None
    needed_only: bool = False

    @property
    def nameable(self) -> bool:
        """Whether its identity names an image, so that the image may be tagged with it and reused."""
        return bool(self.identity and self.identity_tag) and not self.unknowable


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Targets in a stable order, with everything needed to run them.

    `builders` are those the calls are spread over; `builder` is the one where there is only one (None: the current).
    `place` is where its images are kept: registry, or local (the engine's store). `identified_at` (Unix seconds) is
    when its identities began to be computed, 0 where they were not.
    """

    root: Path
    targets: tuple[Target, ...]
    builder: str | None = None
    builders: tuple[str, ...] = ()
    variant: str = "prod"
    substitutions: tuple[Substitution, ...] = ()
    notices: tuple[Notice, ...] = ()
    place: str = "local"
    identified_at: float = 0.0

    @property
    def to_build(self) -> tuple[Target, ...]:
        """The targets the engine is asked for."""
        return tuple(t for t in self.targets if t.verdict is Verdict.BUILD)

    @property
    def to_reuse(self) -> tuple[Target, ...]:
        """The targets whose image exists already."""
        return tuple(t for t in self.targets if t.verdict is Verdict.REUSE)

    def target(self, target_id: str) -> Target | None:
        """The target with that id, or None."""
        return next((t for t in self.targets if t.id == target_id), None)

    def substitution_notes(self) -> tuple[str, ...]:
        """What was substituted and why, one line for each kind and reason."""
        groups: dict[tuple[str, str], list[str]] = {}
        for found in self.substitutions:
            groups.setdefault((found.kind, found.reason), []).append(found.original)
        return tuple(f"{kind} substituted: {', '.join(names)} ({reason})" for (kind, reason), names in groups.items())

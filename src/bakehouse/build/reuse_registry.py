"""Images in a registry: found by identity with one or two small requests each, given more tags without moving data.

In: targets with identities. Out: the images, or why there is none to take. What this workspace has seen before costs
one HEAD a tag; the rest one GET of the identity's record (about 1 KB) besides. All are asked at once, with one time
limit over all.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from bakehouse.build import identity_record, reuse_memory
from bakehouse.build.identity_record import IdentityRecord
from bakehouse.build.reuse import Answer
from bakehouse.errors import BakehouseError, RegistryError
from bakehouse.model.plan import Reused, Target
from bakehouse.tools import registry
from bakehouse.tools.at_once import Asking, ask
from bakehouse.tools.registry import Manifest

SILENT_SECONDS = 10.0
"""A registry that gives no good answer for so long is not waited for."""
EACH_SECONDS = 0.03
"""What a question may take on average, where there are so many that they need longer than that in all."""
MEMORY = "reuse.json"
_FIXED_CLOCKS_BEFORE = 978307200.0  # 2001: a `created` before is no time but SOURCE_DATE_EPOCH or nothing

_Question = tuple[str, str]  # what, reference
_Said = Manifest | str | BakehouseError | None


@dataclass(slots=True)
class RegistryImages:
    """`state` is the workspace's .bakehouse directory."""

    state: Path
    limit_seconds: float = SILENT_SECONDS
    _warned: dict[str, None] = field(default_factory=dict)
    _early: Asking[_Question, _Said] | None = None

    def begin(self, targets: Sequence[Target]) -> None:
        """See ImageStore: what the tags are does not depend on the identities."""
        self._early = Asking(_tag_questions(targets))

    def find(self, targets: Sequence[Target]) -> tuple[Mapping[str, Answer], tuple[str, ...]]:
        """See ImageStore. The time limits hold for all questions together."""
        deadline = time.monotonic() + max(self.limit_seconds, EACH_SECONDS * len(targets))
        memory = reuse_memory.load(self.state / MEMORY)
        known = {t.id: seen for t in targets if (seen := memory.get(t.identity_tag)) and seen.identity == t.identity}
        early = self._early or Asking(_tag_questions(targets))
        said = self._ask(_records(t for t in targets if t.id not in known), deadline)
        said |= early.answers(seconds=max(0.5, deadline - time.monotonic()), idle=self.limit_seconds)
        # of a known image whose tags moved the registry's record is asked too: is it still there?
        moved = [t for t in targets if t.id in known and _missing(t, known[t.id], said)]
        said |= self._ask(_records(moved), deadline)
        records: dict[str, IdentityRecord | str] = dict(known)
        for target in targets:
            if ("record", target.identity_tag) in said:
                records[target.id] = self._record(target, said["record", target.identity_tag])
        found = [(t, record) for t in targets if isinstance(record := records[t.id], IdentityRecord)]
        unseen = [_image(t, r) for t, r in found if _missing(t, r, said)]
        said |= self._ask({("image", ref): partial(registry.manifest_digest, ref) for ref in unseen}, deadline)
        fresh = {t.identity_tag: r for t, r in found if known.get(t.id) != r}
        if fresh:
            reuse_memory.add(self.state / MEMORY, fresh)
        refused = {name: why for name, why in records.items() if isinstance(why, str)}
        return refused | {t.id: self._answer(t, r, said) for t, r in found}, tuple(self._warned)

    def point_tags(self, target: Target) -> None:
        """See ImageStore: the manifest is fetched by its digest and put again under each tag, byte for byte."""
        assert target.reuse is not None
        for tag, digest in target.reuse.missing_tags:
            self._tag(tag, digest)

    def publish(self, target: Target, digest: str) -> None:
        """See ImageStore: each tag, and those of single platforms, by one PUT that happens or does not."""
        if not digest:
            raise RegistryError(f"buildx did not say which image it pushed for {target.id}")
        for tag in target.tags:
            self._tag(tag, digest)
        if target.platform_tags:
            image = registry.manifest(f"{target.tags[0].rpartition(':')[0]}@{digest}")
            children = identity_record.platforms(image.json()) if image else {}
            for tag, platform in target.platform_tags:
                if platform in children:
                    self._tag(tag, children[platform])

    def remember(self, target: Target, digest: str, began: float) -> None:
        """See ImageStore: writes the identity's record."""
        repository = target.identity_tag.rpartition(":")[0]
        image = registry.manifest(f"{repository}@{digest}")
        if image is None:
            raise RegistryError(f"{repository} does not have {digest[:19]}, which was just pushed")
        built = identity_record.created(repository, image)
        if built < _FIXED_CLOCKS_BEFORE or "SOURCE_DATE_EPOCH" in target.args or "SOURCE_DATE_EPOCH" in os.environ:
            built = began
        content = identity_record.write(target.identity, image, built)
        record = identity_record.read(content)
        registry.put(target.identity_tag, content)
        reuse_memory.add(self.state / MEMORY, {target.identity_tag: record})

    def _tag(self, tag: str, digest: str) -> None:
        repository = tag.rpartition(":")[0]
        image = registry.manifest(f"{repository}@{digest}")
        if image is None:
            raise RegistryError(f"{repository} no longer has {digest[:19]}")
        registry.put(tag, image)

    def _ask(self, questions: Mapping[_Question, Callable[[], _Said]], deadline: float) -> dict[_Question, _Said]:
        return dict(ask(questions, seconds=max(0.5, deadline - time.monotonic()), idle=self.limit_seconds))

    def _record(self, target: Target, said: _Said) -> IdentityRecord | str:
        """The record of a target's identity, or why there is none."""
        if said is None:
            return f"no image of this identity in {_host(target)}"
        try:
            if isinstance(said, BakehouseError):
                raise said
            assert isinstance(said, Manifest)
            record = identity_record.read(said)
            if record.identity != target.identity:
                raise RegistryError(f"{target.identity_tag} is the record of another identity")
        except BakehouseError as error:
            self._warned.setdefault(f"reuse: {error.message}; what it may have is built instead")
            return f"{_host(target)} did not say whether it exists: {error.message}"
        return record

    def _answer(self, target: Target, record: IdentityRecord, said: Mapping[_Question, _Said]) -> Answer:
        """The image of a record: what is said of all its tags; where one is not in place, is the image still there?"""
        reference = _image(target, record)
        asked = [("tag", tag) for tag in _tags(target)] + [("image", reference)]
        for question in asked:
            if isinstance(error := said.get(question), BakehouseError):
                self._warned.setdefault(f"reuse: {error.message}; what it may have is built instead")
                return f"{_host(target)} did not say what {question[1]} is: {error.message}"
        missing = _missing(target, record, said)
        if missing and said["image", reference] != record.image:
            return f"its image is gone from {_host(target)}"
        return Reused(
            place="registry", reference=reference, digest=record.image, built=record.built, missing_tags=missing
        )


def _tags(target: Target, record: IdentityRecord | None = None) -> dict[str, str]:
    """Every tag of a target -> the digest it must point at (without a record: "")."""
    found = dict.fromkeys(target.tags, record.image if record else "")
    for tag, platform in target.platform_tags:
        if record is None or platform in record.platforms:
            found[tag] = record.platforms[platform] if record else ""
    return found


def _missing(target: Target, record: IdentityRecord, said: Mapping[_Question, _Said]) -> tuple[tuple[str, str], ...]:
    """The tags that do not point where the record says: (tag, digest it must have)."""
    return tuple((tag, digest) for tag, digest in _tags(target, record).items() if said.get(("tag", tag)) != digest)


def _tag_questions(targets: Iterable[Target]) -> dict[_Question, Callable[[], _Said]]:
    return {("tag", ref): partial(registry.manifest_digest, ref) for t in targets for ref in _tags(t)}


def _records(targets: Iterable[Target]) -> dict[_Question, Callable[[], _Said]]:
    return {("record", t.identity_tag): partial(registry.manifest, t.identity_tag) for t in targets}


def _image(target: Target, record: IdentityRecord) -> str:
    return f"{target.identity_tag.rpartition(':')[0]}@{record.image}"


def _host(target: Target) -> str:
    return registry.parse(target.identity_tag).registry

"""Images in the engine's own store: found by identity with one question for all, given more tags by name.

In: targets with identities. Out: the images, or why there is none to take. Images of earlier identities lose that
name, except for the latest few, so that the engine's own clean-up can have them.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import msgspec

from bakehouse.build import identity_record, names
from bakehouse.build.reuse import Answer
from bakehouse.errors import BakehouseError, EngineError, RegistryError
from bakehouse.model.plan import Reused, Target
from bakehouse.tools import docker
from bakehouse.tools.run import run

KEEP_IDENTITIES = 5
"""Earlier identities of one service that keep their name: going back to one of them builds nothing."""


NAMES_A_CALL = 500


class _Image(msgspec.Struct, rename="pascal"):
    id: str
    created: str = ""
    repo_tags: list[str] | None = None


class _Listed(msgspec.Struct, rename="pascal"):
    repository: str
    tag: str


@dataclass(frozen=True, slots=True)
class LocalImages:
    """The store of the engine that the docker client talks to."""

    def begin(self, targets: Sequence[Target]) -> None:
        """See ImageStore: here one question does for all."""

    def find(self, targets: Sequence[Target]) -> tuple[Mapping[str, Answer], tuple[str, ...]]:
        """See ImageStore. An engine that does not answer means build: that will say what is wrong."""
        wanted = [name for t in targets for name in (t.identity_tag, *t.tags)]
        try:
            images = _inspect(wanted) if wanted else []
        except BakehouseError as error:
            return {t.id: f"the engine did not say whether it exists: {error.message}" for t in targets}, ()
        by_tag = {tag: image for image in images for tag in image.repo_tags or ()}
        return {t.id: _answer(t, by_tag) for t in targets}, ()

    def point_tags(self, target: Target) -> None:
        """See ImageStore."""
        assert target.reuse is not None
        for tag, _ in target.reuse.missing_tags:
            run(docker.image_tag(target.identity_tag, tag), timeout=30)

    def publish(self, target: Target, digest: str) -> None:
        """See ImageStore: the engine has put them on it in one step."""

    def remember(self, target: Target, digest: str, began: float) -> None:  # noqa: ARG002 - the image knows its time
        """See ImageStore. Nothing is done where the builder keeps its images to itself."""
        found = [i for i in _inspect([target.tags[0]]) if target.tags[0] in (i.repo_tags or ())]
        if not found:
            return
        if found[0].id != digest:
            raise EngineError(f"{target.tags[0]} is not what was just built: another build took the name")
        run(docker.image_tag(found[0].id, target.identity_tag), timeout=30)


def forget_earlier(targets: Iterable[Target]) -> None:
    """Take the identity's name from all but the latest few images of these targets' repositories."""
    for repository in sorted({t.identity_tag.rpartition(":")[0] for t in targets if t.identity_tag}):
        done = run(docker.image_list(f"{repository}:{names.IDENTITY_TAG_PREFIX}*"), timeout=30, check=False)
        listed = msgspec.json.decode(f"[{','.join(done.stdout.split())}]", type=list[_Listed]) if done.stdout else []
        for image in listed[KEEP_IDENTITIES:]:  # the client lists the newest first
            with contextlib.suppress(BakehouseError):
                run(docker.image_remove(f"{image.repository}:{image.tag}"), timeout=30)


def _inspect(references: Sequence[str]) -> list[_Image]:
    """The images there are of these names; several calls where a command line would get too long."""
    found: list[_Image] = []
    for first in range(0, len(references), NAMES_A_CALL):
        part = references[first : first + NAMES_A_CALL]
        done = run(docker.image_inspect(part), check=False, timeout=60)
        try:
            found += msgspec.json.decode(done.stdout or "[]", type=list[_Image])
        except msgspec.MsgspecError:
            raise EngineError(f"the engine's answer about its images cannot be read: {done.stderr[-200:]}") from None
    return found


def _answer(target: Target, by_tag: Mapping[str, _Image]) -> Answer:
    image = by_tag.get(target.identity_tag)
    if image is None:
        return "no image of this identity in the local store"
    try:
        built = identity_record.timestamp(image.created)
    except RegistryError:
        return f"nobody knows how old its image is: {image.created or 'no time'}"
    missing = tuple((tag, image.id) for tag in target.tags if tag not in by_tag or by_tag[tag].id != image.id)
    return Reused(place="local", reference=target.identity_tag, digest=image.id, built=built, missing_tags=missing)

"""A plan as a bake definition: the JSON that plain `docker buildx bake -f` accepts unchanged.

Protocol: Docker's bake file reference (group, target, context, dockerfile, target, args, contexts, tags,
platforms, cache-from, cache-to, secret, output, attest, labels).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace

from bakehouse.build import names
from bakehouse.model.plan import Plan, Target


def definition(plan: Plan, *, push: bool = False, load: bool = False, staged: bool = False) -> dict[str, object]:
    """The definition of the plan's targets that are to be built.

    With `push` images go to the registry of their tags, with attestations of provenance (mode=max); with
    `load` they go into the local engine's store even where the builder is not the engine's own. With
    neither, the builder's default: for the docker driver the engine's own store. `staged` pushes under a name of
    passage (names.pushing_tag); the tags are put on the image afterwards.
    """
    targets = plan.to_build
    return {
        "group": {"default": {"targets": [t.id for t in targets]}},
        "target": {
            t.id: _target(_staged(t) if push and staged else t, _contexts(t, plan), push=push, load=load)
            for t in targets
        },
    }


def text(plan: Plan, *, push: bool = False, load: bool = False, staged: bool = False) -> str:
    """The definition as JSON text, ends with a newline."""
    return json.dumps(definition(plan, push=push, load=load, staged=staged), indent=2) + "\n"


def _staged(target: Target) -> Target:
    return replace(target, tags=tuple(names.pushing_tag(tag) for tag in target.tags[:1]))


def _contexts(target: Target, plan: Plan) -> dict[str, str]:
    """Named contexts: those of the target, the bases pinned to the digests that entered its identity (a tag can move
    before the build), and for a target that is reused its image: nobody builds it here.
    """
    pinned = {ref: f"docker-image://{ref.partition('@')[0]}@{digest}" for ref, digest in target.pins}
    reused = {f"target:{t.id}": f"docker-image://{t.reuse.reference}" for t in plan.to_reuse if t.reuse}
    return pinned | {name: reused.get(value, value) for name, value in target.contexts.items()}


def _target(target: Target, contexts: dict[str, str], *, push: bool, load: bool) -> dict[str, object]:
    body: dict[str, object] = {
        "context": str(target.context),
        "dockerfile": str(target.prepared or target.dockerfile),
    }
    optional: dict[str, object] = {
        "target": target.stage,
        "args": dict(target.args),
        "contexts": contexts,
        "tags": list(target.tags),
        "labels": dict(target.labels),
        "platforms": list(target.platforms),
        "cache-from": list(target.cache_from),
        "cache-to": list(target.cache_to),
        "secret": [f"id={s.id},src={s.src}" for s in target.secrets],
        "no-cache": target.no_cache,
        "no-cache-filter": list(target.no_cache_stages),
    }
    body.update({key: value for key, value in optional.items() if value})
    body["attest"] = ["type=provenance,mode=max"] if push else ["type=provenance,disabled=true"]
    outputs = _outputs(push=push, load=load)
    if outputs:
        body["output"] = outputs
    return body


def _outputs(*, push: bool, load: bool) -> Sequence[str]:
    if push:
        return ["type=image,push=true"]
    return ["type=docker"] if load else []

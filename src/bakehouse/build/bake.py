"""A plan as a bake definition: the JSON that plain `docker buildx bake -f` accepts unchanged.

Protocol: Docker's bake file reference (group, target, context, dockerfile, target, args, contexts, tags,
platforms, cache-from, cache-to, secret, output, attest, labels).
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from bakehouse.model.plan import Plan, Target


def definition(plan: Plan, *, push: bool = False, load: bool = False) -> dict[str, object]:
    """The definition of the plan's targets that are to be built.

    With `push` images go to the registry of their tags, with attestations of provenance (mode=max); with
    `load` they go into the local engine's store even where the builder is not the engine's own. With
    neither, the builder's default: for the docker driver the engine's own store.
    """
    targets = plan.to_build
    return {
        "group": {"default": {"targets": [t.id for t in targets]}},
        "target": {t.id: _target(t, push=push, load=load) for t in targets},
    }


def text(plan: Plan, *, push: bool = False, load: bool = False) -> str:
    """The definition as JSON text, ends with a newline."""
    return json.dumps(definition(plan, push=push, load=load), indent=2) + "\n"


def _target(target: Target, *, push: bool, load: bool) -> dict[str, object]:
    body: dict[str, object] = {
        "context": str(target.context),
        "dockerfile": str(target.prepared or target.dockerfile),
    }
    optional: dict[str, object] = {
        "target": target.stage,
        "args": dict(target.args),
        "contexts": dict(target.contexts),
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

"""BuildKit's provenance of an image (SLSA, `mode=max`) goes in, the Dockerfile line of each layer comes out.

Its metadata has, for each step of the build, the layers that its result consists of and the lines it came from
(buildkit, docs/attestations/slsa-provenance.md, "buildkit_metadata").
"""

from __future__ import annotations

from typing import Any

import msgspec

_METADATA = ("https://mobyproject.org/buildkit@v1#metadata", "buildkit_metadata")


def lines_of_layers(statement: bytes) -> dict[str, tuple[str, int]]:
    """Digest of a layer's blob -> (file name, line). Empty where the statement does not tell."""
    try:
        metadata = _metadata(msgspec.json.decode(statement))
        steps = metadata["layers"]
        locations = metadata["source"]["locations"]
        name = str(metadata["source"]["infos"][0]["filename"])
        chains = sorted(((chain, step) for step, chains in steps.items() for chain in chains), key=lambda c: len(c[0]))
        found: dict[str, tuple[str, int]] = {}
        for chain, step in chains:
            places = locations.get(step.partition(":")[0], {}).get("locations", ())
            lines = [r["start"]["line"] for place in places for r in place.get("ranges", ())]
            if chain and lines:
                found.setdefault(chain[-1]["digest"], (name, int(lines[0])))
    except (msgspec.MsgspecError, KeyError, IndexError, TypeError, AttributeError, ValueError):
        return {}
    return found


def _metadata(statement: dict[str, Any]) -> dict[str, Any]:
    """The metadata of a SLSA 0.2 or 1 predicate."""
    predicate = statement["predicate"]
    details = predicate.get("metadata") or predicate["runDetails"]["metadata"]
    found: dict[str, Any] = next((details[key] for key in _METADATA if key in details), {})
    return found

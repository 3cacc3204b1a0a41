"""Which services a request means, and which others their images are built from.

In: Workspace and PlanRequest. Out: services, and the reading of each Dockerfile that takes part.
"""

from __future__ import annotations

import contextlib
import difflib
from collections.abc import Mapping, Sequence

from bakehouse.build import names
from bakehouse.build.reading import Reading, read
from bakehouse.build.request import PlanRequest
from bakehouse.config import Config
from bakehouse.errors import BakehouseError, UsageError, WorkspaceError
from bakehouse.model.service import Notice, Service, Workspace

MOST_OTHERS = 200  # reading a Dockerfile takes about a millisecond


def choose(workspace: Workspace, request: PlanRequest, variant: str) -> tuple[list[Service], list[Notice]]:
    """The services asked for (all buildable ones by default) that have the variant."""
    known = {s.name: s for s in workspace.services}
    for name in request.services:
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            hint = f"did you mean {near[0]}?" if near else f"known: {', '.join(sorted(known)) or 'none'}"
            raise UsageError(f"there is no service {name}", hint=hint)
        if known[name].dockerfile is None:
            raise UsageError(
                f"{name} has no Dockerfile", hint="add one, or set services.<name>.dockerfile in bakehouse.toml"
            )
    wanted = [known[n] for n in dict.fromkeys(request.services)] or [s for s in workspace.services if s.dockerfile]
    if not wanted:
        raise _nothing_to_build(workspace)
    chosen, notices = [], []
    for service in wanted:
        if variant in service.variants or variant == names.DEFAULT_VARIANT:
            chosen.append(service)
        elif request.services:
            have = ", ".join(service.variants) or names.DEFAULT_VARIANT
            raise UsageError(f"{service.name} has no variant {variant}", hint=f"it has: {have}")
        else:
            notices.append(Notice(level="info", message=f"{service.name} has no variant {variant}: not built"))
    if not chosen:
        raise UsageError(f"no service has a variant {variant}", hint="see the variants with `bakehouse scan --json`")
    return chosen, notices


def _nothing_to_build(workspace: Workspace) -> WorkspaceError:
    """Why a workspace has nothing to build: the first file that could not be read, else that there is none."""
    bad = next((n for n in workspace.notices if n.level == "warning"), None)
    if bad is not None:
        hint = bad.hint or "correct it: nothing else here says what to build"
        return WorkspaceError(bad.message, path=bad.path, line=bad.line, hint=hint)
    return WorkspaceError(
        "no Dockerfile was found here", hint="go to the repository's root or name it with -C; see `bakehouse scan`"
    )


def other_readings(workspace: Workspace, known: Mapping[str, Reading], variant: str) -> tuple[Reading, ...]:
    """The readings of up to MOST_OTHERS services that a plan leaves out; those that cannot be read are left out too."""
    found: list[Reading] = []
    for service in workspace.services:
        if service.name in known or service.dockerfile is None:
            continue
        if len(found) == MOST_OTHERS:
            break
        with contextlib.suppress(BakehouseError):
            found.append(read(workspace.root, service, variant))
    return tuple(found)


def image_owners(workspace: Workspace, config: Config) -> dict[str, Service]:
    """Image name (as a Dockerfile or compose file may write it) -> the service that makes it."""
    owners: dict[str, Service] = {}
    for service in workspace.services:
        if service.dockerfile is None:
            continue
        owners[names.image_name(service.name, config)] = service
        if service.image:
            owners[service.image] = service
    return owners


def owner(reference: str, by_image: Mapping[str, Service]) -> Service | None:
    """The service whose image a reference names, whatever its tag; None for an image from elsewhere."""
    name = reference.partition("@")[0]
    bare = name.rpartition(":")[0] if ":" in name.rpartition("/")[2] else name
    return by_image.get(name) or by_image.get(bare)


def readings(
    workspace: Workspace, chosen: Sequence[Service], variant: str, by_image: Mapping[str, Service]
) -> dict[str, Reading]:
    """The Dockerfiles of the chosen services and, transitively, of those their images are built from."""
    found: dict[str, Reading] = {}
    todo = list(chosen)
    while todo:
        service = todo.pop(0)
        if service.name in found:
            continue
        reading = read(workspace.root, service, variant)
        found[service.name] = reading
        for reference in reading.external:
            needed = owner(reference, by_image)
            if needed is not None and needed.name != service.name:
                todo.append(needed)
        todo += [s for s in map(workspace.service, _service_contexts(service)) if s is not None and s.dockerfile]
    return found


def _service_contexts(service: Service) -> list[str]:
    """Names of services that named contexts point at (compose: `service:NAME`, bake: `target:NAME`)."""
    found = []
    for value in service.contexts.values():
        scheme, _, name = value.partition(":")
        if scheme in ("service", "target"):
            found.append(name)
    return found

"""Where services come from: compose files, Dockerfiles, bakehouse.toml. Each yields drafts."""

from __future__ import annotations

import posixpath
from collections.abc import Sequence
from dataclasses import replace

from bakehouse.config import CONFIG_NAME, ServiceSection
from bakehouse.errors import WorkspaceError
from bakehouse.model.service import Kind, Origin, Service
from bakehouse.workspace.compose import ComposeService, inside, read_compose
from bakehouse.workspace.contexts import infer_context
from bakehouse.workspace.dockerfiles import context_paths, read_summary
from bakehouse.workspace.draft import Draft, Scan
from bakehouse.workspace.naming import FileRole, clean, merged_variants, role, service_name


def from_compose(scan: Scan, paths: Sequence[str]) -> list[Draft]:
    """The built services of all compose files. A file that cannot be read is a warning.

    Files of one directory are one project (compose.yaml with its overrides): the plainest name counts. Files nearer
    to the root come first.
    """
    drafts: dict[tuple[str, str], Draft] = {}
    for path in sorted(paths, key=lambda p: (p.count("/"), posixpath.dirname(p), len(p), p)):
        try:
            services = read_compose(scan.tree, path)
        except OSError as error:
            scan.warn(f"cannot be read: {error.strerror}", path)
            continue
        except WorkspaceError as error:
            scan.warn(error.message, path, error.line, hint=error.hint)
            continue
        for found in services:
            key = (posixpath.dirname(path), found.name)
            if key in drafts:
                drafts[key] = _also(drafts[key], found)
            elif (draft := _composed(scan, found)) is not None:
                drafts[key] = draft
    return list(drafts.values())


def _also(draft: Draft, found: ComposeService) -> Draft:
    origin = Origin(what="compose", path=found.path, line=found.line)
    return replace(draft, service=replace(draft.service, origins=(*draft.service.origins, origin)))


def _composed(scan: Scan, found: ComposeService) -> Draft | None:
    if found.remote:
        scan.tell(f"{found.name} is built from {found.context}, outside this repository", found.path, found.line)
        return None
    service = Service(
        name=clean(found.name),
        kind=Kind.OTHER,
        context=found.context,
        dockerfile=found.dockerfile,
        target=found.target,
        args=found.args,
        contexts=found.contexts,
        platforms=found.platforms,
        image=found.image,
        depends_on=tuple(clean(n) for n in found.depends_on),
        origins=(Origin(what="compose", path=found.path, line=found.line),),
    )
    if found.inline:
        scan.warn(
            f"{found.name} has its Dockerfile inline, which is not built here", found.path, found.line,
            hint="move it to a file of its own",
        )  # fmt: skip
        return Draft(service=replace(service, dockerfile=None))
    if not scan.tree.is_directory(found.context):
        message = f"{found.name}: the build context {found.context} does not exist"
        scan.warn(message, found.path, found.context_line, hint="correct the path, or make the directory")
        return Draft(service=service)  # a plan that wants it stops there; a scan goes on
    draft = scan.read(Draft(service=service))
    if draft.summary and found.target and draft.summary.target(found.target) is None:
        names = ", ".join(n for n in draft.summary.names if not n.isdigit())
        message = f"{found.name}: {found.dockerfile} has no stage {found.target}"
        scan.warn(message, found.path, found.line, hint=f"its stages: {names or 'none has a name'}")
    return draft


def from_dockerfiles(scan: Scan, paths: Sequence[str], taken: set[str]) -> list[Draft]:
    """A service for each Dockerfile that nobody named yet."""
    drafts = []
    for path in paths:
        if path in taken:
            continue
        kind = role(posixpath.basename(path))
        if kind in (FileRole.OLD, FileRole.TEMPLATE):
            scan.tell(f"is {kind.value} of a Dockerfile: not a service", path)
        elif kind is FileRole.DOCKERFILE:
            draft = _from_dockerfile(scan, path)
            if draft.service.dockerfile is not None:
                drafts.append(draft)
    return drafts


def _from_dockerfile(scan: Scan, path: str) -> Draft:
    service = Service(
        name=service_name(path, scan.config.workspace.name),
        kind=Kind.OTHER,
        context=posixpath.dirname(path) or ".",
        dockerfile=path,
        origins=(Origin(what="dockerfile", path=path, line=1),),
    )
    draft = scan.read(Draft(service=service, derived=True))
    if draft.summary is None:
        return draft
    written = context_paths(draft.summary.stages)
    context, missing = infer_context(scan.tree.source, path, [s for s, _ in written])
    if missing:
        line = next(line for source, line in written if source == missing[0])
        scan.tell(f"{missing[0]} is copied but is in no directory above (made by another build?)", path, line)
    return replace(draft, service=replace(draft.service, context=context))


def from_config(scan: Scan, drafts: list[Draft]) -> list[Draft]:
    """The drafts, corrected and completed by [services.*] of bakehouse.toml."""
    result = list(drafts)
    for name, section in scan.config.services.items():
        line = scan.config.service_lines.get(name)
        index = _meant(name, section, result)
        if index is not None:
            result[index] = _corrected(scan, name, section, result[index], line)
        elif section.dockerfile or section.context:
            result.append(_added(scan, name, section, line))
        else:
            scan.warn(
                f"[services.{name}] means no service that was found", CONFIG_NAME, line,
                hint="give it a dockerfile or a context, or correct the name",
            )  # fmt: skip
    return result


def _meant(name: str, section: ServiceSection, drafts: Sequence[Draft]) -> int | None:
    """The draft that a table is about: by Dockerfile (and target) first, so that one of two equals can be renamed."""
    for index, draft in enumerate(drafts):
        same = draft.service.dockerfile == section.dockerfile and section.dockerfile is not None
        if same and (section.target in (None, draft.service.target) or draft.derived):
            return index
    return next((i for i, d in enumerate(drafts) if d.service.name == name), None)


def _corrected(scan: Scan, name: str, section: ServiceSection, draft: Draft, line: int | None) -> Draft:
    old = draft.service
    context = inside(section.context, ".", CONFIG_NAME, line) if section.context else old.context
    dockerfile = old.dockerfile
    if section.dockerfile or (section.context and dockerfile is None):
        written = section.dockerfile or posixpath.join(context, "Dockerfile")
        dockerfile = inside(written, ".", CONFIG_NAME, line, what="Dockerfile")
    service = replace(
        old,
        name=name,
        context=context,
        dockerfile=dockerfile,
        target=section.target or old.target,
        args={**old.args, **section.args},
        platform_args={**old.platform_args, **section.platform_args},
        contexts={**old.contexts, **section.contexts},
        platforms=section.platforms or old.platforms,
        skip=section.skip or old.skip,
        optional=section.optional or old.optional,
        origins=(Origin(what=CONFIG_NAME, path=CONFIG_NAME, line=line), *old.origins),
    )
    fresh = Draft(service=service)
    return scan.read(fresh) if dockerfile is not None else fresh


def _added(scan: Scan, name: str, section: ServiceSection, line: int | None) -> Draft:
    written = section.dockerfile or posixpath.join(section.context or ".", "Dockerfile")
    path = inside(written, ".", CONFIG_NAME, line, what="Dockerfile")
    context = posixpath.dirname(path) or "."
    if not section.context:
        try:
            summary = read_summary(scan.tree.data(path), section.args, section.contexts)
            context, _ = infer_context(scan.tree.source, path, [s for s, _ in context_paths(summary.stages)])
        except OSError:
            pass  # `_corrected` reads it again and warns
    empty = Service(name=name, kind=Kind.OTHER, context=context, dockerfile=path)
    return _corrected(scan, name, section, Draft(service=empty), line)


def completed(scan: Scan, draft: Draft, variants: dict[str, str], kind: Kind) -> Service:
    """The service with what its Dockerfile says, its kind, and the corrections of bakehouse.toml."""
    service, summary = draft.service, draft.summary
    section = scan.config.services.get(service.name, ServiceSection())
    return replace(
        service,
        kind=section.kind or kind,
        variants=merged_variants(variants, section.variants),
        stages=summary.names if summary else (),
        bases=summary.image_bases if summary else (),
        ignore_file=_ignore_file(scan, service),
    )


def _ignore_file(scan: Scan, service: Service) -> str | None:
    """The ignore file that BuildKit would use."""
    own = [f"{service.dockerfile}.dockerignore"] if service.dockerfile else []
    candidates = [*own, posixpath.normpath(posixpath.join(service.context, ".dockerignore"))]
    return next((c for c in candidates if scan.tree.is_file(c)), None)

"""Drafts go in, drafts with one name each come out: a large repository has many a `web`.

What is in bakehouse.toml keeps its name, and so does what a compose file at the root names. Others of the same name
get the names of their directories before it (`shop-web`, `docs-web`), as few as tell them apart; the scan tells of
it, and `depends_on` of the same compose project follows.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Sequence
from dataclasses import replace

from bakehouse.workspace.draft import Draft, Scan
from bakehouse.workspace.naming import clean


def with_unique_names(scan: Scan, drafts: Sequence[Draft]) -> list[Draft]:
    """The drafts without those that mean the same service again, each with a name of its own."""
    by_name: dict[str, list[Draft]] = {}
    for draft in drafts:
        _add(by_name.setdefault(draft.service.name, []), draft)
    taken = {name for name, alike in by_name.items() if len(alike) == 1 or _owner(alike) is not None}
    new: dict[int, str] = {}
    for name, alike in by_name.items():
        owner = _owner(alike) if len(alike) > 1 else alike[0]
        for draft in alike:
            if draft is not owner:
                new[id(draft)] = _free(draft, taken)
                _tell(scan, draft, name, new[id(draft)])
    kept = [draft for alike in by_name.values() for draft in alike]
    renamed = {(_project(d), d.service.name): new[id(d)] for d in kept if id(d) in new}
    return [_renamed(draft, new.get(id(draft)), renamed) for draft in kept]


def _add(alike: list[Draft], draft: Draft) -> None:
    """Keep a draft, unless it says of the same Dockerfile what another one says, or has none where another has."""
    if any(draft.service.dockerfile in (None, other.service.dockerfile) for other in alike):
        return
    alike[:] = [other for other in alike if other.service.dockerfile is not None]
    alike.append(draft)


def _owner(alike: Sequence[Draft]) -> Draft | None:
    """The draft that the plain name belongs to, if it is plain which."""
    configured = [d for d in alike if any(o.what == "bakehouse.toml" for o in d.service.origins)]
    at_root = [d for d in alike if d.service.origins[0].what == "compose" and not _project(d)]
    for group in (configured, at_root):
        if group:
            return group[0] if len(group) == 1 else None
    return None


def _project(draft: Draft) -> str:
    """The directory of the file that named it: files of one directory are one compose project."""
    return posixpath.dirname(draft.service.origins[0].path)


def _free(draft: Draft, taken: set[str]) -> str:
    """A name that nobody has, which is then taken."""
    name = next(candidate for candidate in _candidates(draft) if candidate not in taken)
    taken.add(name)
    return name


def _candidates(draft: Draft) -> Iterator[str]:
    name = draft.service.name
    parts = [part for part in _project(draft).split("/") if part]
    if parts and clean(parts[-1]) == name:
        del parts[-1]
    for count in range(1, len(parts) + 1):
        yield clean("-".join((*parts[-count:], name)))
    stem = posixpath.basename(draft.service.dockerfile or "").lower().replace("dockerfile", "").strip("._-")
    if stem:
        yield clean(f"{name}-{stem}")
    number = 2
    while True:
        yield f"{name}-{number}"
        number += 1


def _tell(scan: Scan, draft: Draft, name: str, new: str) -> None:
    origin = draft.service.origins[0]
    scan.tell(f"there are several services called {name}: this one is {new} here", origin.path, origin.line)


def _renamed(draft: Draft, new: str | None, renamed: dict[tuple[str, str], str]) -> Draft:
    service = draft.service
    project = _project(draft)
    depends = tuple(renamed.get((project, name), name) for name in service.depends_on)
    return replace(draft, service=replace(service, name=new or service.name, depends_on=depends))

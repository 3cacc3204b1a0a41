"""Subjects, their demands and a tree of files go in, identities come out.

Nothing is asked of a registry here: `images` says what each external image is. Where in doubt, an identity is
marked as not knowable, and its target is built.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from bakehouse.build.identity.collected import Collected, file_value
from bakehouse.build.identity.demand import Demand, Take, special_args
from bakehouse.build.identity.selection import Selection
from bakehouse.build.identity.subject import FRONTEND, HOST_CA, PROXIES, Subject
from bakehouse.dockerfile.ignore import IgnoreMatcher, IgnoreRule, candidates, read_ignore
from bakehouse.model.file_source import EntryKind, FileSource
from bakehouse.model.identity import Identity, IngredientKind

KNOWN_FRONTENDS = ("docker/dockerfile:", "docker/dockerfile-upstream:")


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageFacts:
    """What is known of an external image: its digest (None: nobody could say), and whether its ONBUILD triggers
    would take part in a build (None: not known). `pinnable` says that `reference@digest` can be pulled. `note` is
    for people."""

    digest: str | None
    onbuild: bool | None = None
    pinnable: bool = True
    note: str = ""


Demanded = Mapping[str, Demand]
"""Platform -> demand."""


@dataclass(slots=True)
class Identifier:
    """Identifies the targets of one plan against one tree of files.

    `images` are facts by reference. `state` is the directory of ours inside the workspace that no build may see.
    `outside` makes a file source for a directory elsewhere.
    """

    files: FileSource
    subjects: Mapping[str, Subject]
    demands: Mapping[str, Demanded]
    images: Mapping[str, ImageFacts]
    state: str | None = None
    outside: Callable[[str], FileSource] | None = None
    _done: dict[str, Identity] = field(default_factory=dict)
    _selections: dict[tuple[str, bytes], Selection] = field(default_factory=dict)

    def identity(self, target: str) -> Identity:
        """The identity of a target (plans have no circles). Raises IgnoreFileError."""
        found = self._done.get(target)
        if found is None:
            found = self._done[target] = self._identify(self.subjects[target])
        return found

    def _identify(self, subject: Subject) -> Identity:
        collected = self.settled(subject)
        for demand in self.demands[subject.target].values():
            for selection, takes, prefix in self.sources(subject, demand, collected):
                for take in takes:
                    _taken(collected, selection, take, prefix, subject.dockerfile)
        return collected.identity(subject.target)

    def files_of(self, target: str) -> dict[str, str]:
        """The values of all files that a target takes, by name."""
        collected = Collected()
        subject = self.subjects[target]
        for demand in self.demands[target].values():
            for selection, takes, prefix in self.sources(subject, demand, collected):
                for take in takes:
                    _taken(collected, selection, take, prefix, subject.dockerfile)
        return {name: value for name, (value, _) in collected.files.items()}

    def settled(self, subject: Subject) -> Collected:
        """Everything but the files."""
        collected = Collected()
        demands = self.demands[subject.target]
        for name, value in subject.settings.items():
            if _counts(name, demands.values()):
                collected.add(IngredientKind.SETTING, name, value)
        for name, value in special_args(subject.args).items():
            collected.add(IngredientKind.ARG, name, value)
        for platform, demand in demands.items():
            collected.add(IngredientKind.PLATFORM, platform, "built")
            self._lines(collected, subject, platform if len(demands) > 1 else "", demand)
            self._frontend(collected, subject, demand)
            self._images(collected, subject, demand)
            self._named(collected, subject, demand)
            self._for_one_platform(collected, subject, demand)
            for secret in demand.secrets:
                collected.add(IngredientKind.SECRET, secret, "asked for")
            collected.unknowable |= dict.fromkeys(demand.unknowable)
            collected.notes |= dict.fromkeys(demand.notes)
        return collected

    def _lines(self, collected: Collected, subject: Subject, prefix: str, demand: Demand) -> None:
        number = 0
        for position, line in enumerate(demand.lines):
            number = 0 if position == 0 or demand.lines[position - 1].stage != line.stage else number + 1
            name = f"{prefix} {line.stage:02}.{number:04}".strip()
            place = f"{subject.dockerfile}:{line.line}"
            collected.add(IngredientKind.INSTRUCTION, name, line.text, place)

    def _frontend(self, collected: Collected, subject: Subject, demand: Demand) -> None:
        reference = subject.args.get("BUILDKIT_SYNTAX") or demand.frontend
        if reference is None or FRONTEND in subject.settings:
            return
        if not reference.removeprefix("docker.io/").startswith(KNOWN_FRONTENDS):
            collected.unknowable[f"the frontend {reference} may read the Dockerfile in its own way"] = None
        self._image(collected, IngredientKind.SETTING, "frontend ", reference)

    def _images(self, collected: Collected, subject: Subject, demand: Demand) -> None:
        for reference, _ in demand.bases:
            self._external(collected, subject, reference, starts=True)
        for reference, _ in demand.images:
            self._external(collected, subject, reference, starts=False)

    def _external(self, collected: Collected, subject: Subject, reference: str, *, starts: bool) -> None:
        value = subject.contexts.get(reference)
        if value is not None:
            self._context(collected, reference, value, starts=starts)
            return
        facts = self._image(collected, IngredientKind.BASE, "", reference)
        if starts and facts is not None:
            _check_triggers(collected, reference, facts)

    def _image(self, collected: Collected, kind: IngredientKind, prefix: str, reference: str) -> ImageFacts | None:
        facts = self.images.get(reference)
        if facts is None or facts.digest is None:
            reason = f": {facts.note}" if facts is not None and facts.note else ""
            collected.unknowable[f"what {reference} is could not be found out{reason}"] = None
            collected.add(kind, prefix + reference, "unknown")
            return None
        if facts.note:
            collected.notes[facts.note] = None
        if facts.pinnable and kind is IngredientKind.BASE:
            collected.pins[reference] = facts.digest
        collected.add(kind, prefix + reference, facts.digest)
        return facts

    def _named(self, collected: Collected, subject: Subject, demand: Demand) -> None:
        for name in dict.fromkeys(name for name, _ in demand.named):
            self._context(collected, name, subject.contexts.get(name, ""), starts=True)

    def _for_one_platform(self, collected: Collected, subject: Subject, demand: Demand) -> None:
        """What stands for a name on one platform only: named contexts `name::linux/arm64`, whichever platform."""
        names = {name for name, _ in (*demand.bases, *demand.images, *demand.named)}
        for key, value in subject.contexts.items():
            name, _, platform = key.partition("::")
            if not platform or name not in names:
                continue
            if value.startswith("docker-image://"):
                self._context(collected, key, value, starts=True)
            else:
                collected.unknowable[f"the named context {key} = {value} is not looked into"] = None

    def sources(
        self, subject: Subject, demand: Demand, collected: Collected
    ) -> Iterator[tuple[Selection, tuple[Take, ...], str]]:
        """Where files come from, what is taken there, and what their names begin with."""
        if demand.takes and subject.context.startswith("/"):
            collected.unknowable[f"the build context lies outside the workspace: {subject.context}"] = None
        elif demand.takes:
            yield self.selection(subject), demand.takes, ""
        named: dict[str, list[Take]] = {}
        for name, take in demand.named:
            named.setdefault(name, []).append(take)
        for reference, _ in (*demand.bases, *demand.images):
            if is_directory(subject.contexts.get(reference, "")):
                named.setdefault(reference, []).append(Take("."))
        for name, takes in named.items():
            value = subject.contexts.get(name, "")
            if not is_directory(value):
                continue
            if not value.startswith("/"):
                yield self._plain_selection(value), tuple(takes), ""
            elif self.outside is not None:
                yield Selection(self.outside(value), ".", IgnoreMatcher(())), tuple(takes), f"{name}:"
            else:
                collected.unknowable[f"the named context {name} lies outside the repository: {value}"] = None

    def _context(self, collected: Collected, name: str, value: str, *, starts: bool) -> None:
        """What a named context is: a directory (its files count by themselves), another target, an image, or something
        that nobody can look into."""
        scheme, _, rest = value.partition(":")
        if is_directory(value):
            collected.add(IngredientKind.CONTEXT, name, value)
        elif scheme == "target":
            self._other_target(collected, name, rest, starts=starts)
        elif value.startswith("docker-image://"):
            reference = value.removeprefix("docker-image://")
            _, at, digest = reference.partition("@")
            facts = self.images.get(reference)
            if at:
                facts = replace(facts, digest=digest) if facts is not None else ImageFacts(digest=digest)
            if facts is None or facts.digest is None:
                collected.unknowable[f"what {reference} (for {name}) is could not be found out"] = None
            collected.add(IngredientKind.BASE, name, facts.digest if facts and facts.digest else "unknown")
            if starts and facts is not None:
                _check_triggers(collected, reference, facts)
        else:
            collected.unknowable[f"the named context {name} = {value or 'nothing'} cannot be looked into"] = None
            collected.add(IngredientKind.CONTEXT, name, value)

    def _other_target(self, collected: Collected, name: str, target: str, *, starts: bool) -> None:
        if target not in self.subjects:
            collected.unknowable[f"{target}, which it is built from, is not part of this plan"] = None
            collected.add(IngredientKind.TARGET, name, "unknown")
            return
        other = self.identity(target)
        collected.add(IngredientKind.TARGET, name, f"{target} {other.digest}")
        if starts and any(line.text.startswith("ONBUILD ") for d in self.demands[target].values() for line in d.lines):
            collected.unknowable[f"{target} has ONBUILD triggers, which may take any file"] = None
        if not other.knowable:
            collected.unknowable[f"it is built from {target}, which is not knowable: {other.unknowable[0]}"] = None

    def selection(self, subject: Subject) -> Selection:
        """The build context of a subject under its ignore file. Raises IgnoreFileError."""
        own, common = candidates(subject.dockerfile)
        if subject.context != ".":
            common = f"{subject.context}/{common}"
        path, data = next(((p, d) for p in (own, common) if (d := _maybe(self.files, p)) is not None), (common, b""))
        if self.state is not None and _within(self.state, subject.context):
            inside = self.state.removeprefix("" if subject.context == "." else f"{subject.context}/")
            data = data.rstrip(b"\n") + b"\n" + inside.encode() + b"\n"
        key = (subject.context, data)
        if key not in self._selections:
            self._selections[key] = Selection(self.files, subject.context, read_ignore(data, path))
        return self._selections[key]

    def _plain_selection(self, context: str) -> Selection:
        """A named context without its ignore file: more than BuildKit may take, never less."""
        key = (context, b"\0")
        if key not in self._selections:
            hidden: tuple[IgnoreRule, ...] = ()
            if self.state is not None and _within(self.state, context):
                inside = self.state.removeprefix("" if context == "." else f"{context}/")
                hidden = read_ignore(inside.encode()).rules
            self._selections[key] = Selection(self.files, context, IgnoreMatcher(hidden))
        return self._selections[key]


def _taken(collected: Collected, selection: Selection, take: Take, prefix: str, dockerfile: str) -> None:
    place = f"{dockerfile}:{take.line}" if take.line else ""
    for taken in selection.take(take):
        name = prefix + taken.name
        if name not in collected.files:
            value = file_value(selection.files, taken.path, taken.entry, collected, selection.pointers)
            collected.files[name] = value, place


def _counts(setting: str, demands: Iterable[Demand]) -> bool:
    """Whether a setting of this machine can reach a step."""
    if setting == HOST_CA:
        return any(demand.has_run for demand in demands)
    return setting != PROXIES or any(demand.declares_proxy for demand in demands)


def is_directory(context: str) -> bool:
    """Whether a named context's value is a directory."""
    return bool(context) and "://" not in context and not context.startswith("target:")


def wanted_images(subjects: Iterable[Subject], demands: Mapping[str, Demanded]) -> Iterator[str]:
    """The references whose facts the identities need."""
    for subject in subjects:
        for demand in demands[subject.target].values():
            names = [*(r for r, _ in demand.bases), *(r for r, _ in demand.images), *(n for n, _ in demand.named)]
            for name in names:
                value = subject.contexts.get(name)
                if value is None:
                    yield name
                elif value.startswith("docker-image://"):
                    yield value.removeprefix("docker-image://")
            frontend = subject.args.get("BUILDKIT_SYNTAX") or demand.frontend
            if frontend is not None and FRONTEND not in subject.settings:
                yield frontend
        for key, value in subject.contexts.items():
            if "::" in key and value.startswith("docker-image://"):
                yield value.removeprefix("docker-image://")


def _check_triggers(collected: Collected, reference: str, facts: ImageFacts) -> None:
    """An image with ONBUILD triggers takes files that no Dockerfile here names."""
    if facts.onbuild:
        collected.unknowable[f"{reference} has ONBUILD triggers, which may take any file"] = None
    elif facts.onbuild is None:
        collected.unknowable[f"whether {reference} has ONBUILD triggers could not be found out"] = None


def _maybe(files: FileSource, path: str) -> bytes | None:
    entry = files.entry(path)
    if entry is None or entry.kind not in (EntryKind.FILE, EntryKind.LINK):
        return None
    try:
        return files.read(path)
    except OSError:
        return None


def _within(path: str, directory: str) -> bool:
    return directory in (".", path) or path.startswith(f"{directory}/")

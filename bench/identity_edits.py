"""Random edits of a copy of the example, of every kind that could fool an identity. Each is made once."""

import os
import random
import re
from collections.abc import Callable
from pathlib import Path

FILE_KINDS = 8
DOCKERFILE_LINE = re.compile(r"^(FROM|RUN|COPY|ENV|ARG|USER|WORKDIR|LABEL|CMD|EXPOSE|HEALTHCHECK)\b")


class Edits:
    """Makes edits below `root`; `number` keeps every one of them different from all others."""

    def __init__(self, root: Path, seed: int) -> None:
        self.root = root
        self.random = random.Random(seed)
        self.number = 0
        self.seen: set[str] = set()

    def make(self) -> str:
        """One edit; what it did, for the report."""
        while True:
            self.number += 1
            kind = self.random.choice(KINDS)
            told = kind(self)
            if told is not None and told not in self.seen:
                self.seen.add(told)
                return f"{kind.__name__}: {told}"
            if told is not None:
                raise RepeatedError

    def files(self) -> list[Path]:
        found = [p for p in sorted(self.root.rglob("*")) if p.is_file() and ".bakehouse" not in p.parts]
        return [p for p in found if p.name != "bakehouse.toml"]

    def file(self) -> Path:
        return self.random.choice(self.files())

    def directory(self) -> Path:
        found = [p for p in sorted(self.root.rglob("*")) if p.is_dir() and ".bakehouse" not in p.parts]
        return self.random.choice(found)

    def dockerfile(self) -> Path:
        found = sorted(p for p in self.root.rglob("Dockerfile*") if ".bakehouse" not in p.parts)
        return self.random.choice([p for p in found if p.suffix not in (".legacy", ".dockerignore")])

    def told(self, path: Path, more: object = "") -> str:
        return f"{path.relative_to(self.root)} {more}".strip()


class RepeatedError(Exception):
    """This very edit was made before: BuildKit may know its result."""


def content(e: Edits) -> str:
    path = e.file()
    mark = f"# edit {e.number} {os.getpid()}\n" if path.name != "package.json" else f"\n{' ' * (e.number % 500)}\n"
    path.write_bytes(path.read_bytes() + mark.encode())
    return e.told(path, e.number)


def touch(e: Edits) -> str:
    path = e.file()
    os.utime(path, ns=(e.number * 10**9, e.number * 10**9))
    return e.told(path, e.number)


def mode(e: Edits) -> str:
    path, bits = e.file(), e.random.choice((0o600, 0o640, 0o664, 0o755, 0o700, 0o444, 0o777, 0o4755))
    path.chmod(bits)
    return e.told(path, oct(bits))


def directory_mode(e: Edits) -> str:
    path, bits = e.directory(), e.random.choice((0o700, 0o750, 0o775, 0o777))
    path.chmod(bits)
    return e.told(path, oct(bits))


def rename(e: Edits) -> str:
    path = e.file()
    new = path.with_name(f"{path.stem}-{e.number}{path.suffix}")
    path.rename(new)
    return e.told(path, new.name)


def move(e: Edits) -> str:
    path, target = e.file(), e.directory()
    new = target / f"moved-{e.number}{path.suffix}"
    path.rename(new)
    return e.told(path, new.relative_to(e.root))


def delete(e: Edits) -> str:
    path = e.file()
    path.unlink()
    return e.told(path)


def new_file(e: Edits) -> str:
    path = e.directory() / f"new-{e.number}{e.random.choice(('.py', '.ts', '.txt', '.log', '.pyc', '.md', '.json'))}"
    path.write_text(f"{e.number} {os.getpid()}\n")
    return e.told(path)


def new_directory(e: Edits) -> str:
    path = e.directory() / f"new-{e.number}"
    path.mkdir()
    return e.told(path)


def ignored_directory(e: Edits) -> str:
    path = e.directory() / e.random.choice(("node_modules", "__pycache__", ".venv", ".git")) / f"x{e.number}"
    path.mkdir(parents=True)
    (path / "file").write_text(f"{e.number}\n")
    return e.told(path)


def link(e: Edits) -> str:
    path = e.directory() / f"link-{e.number}"
    path.symlink_to(e.random.choice(("/etc/hostname", "../nowhere", "package.json", ".", path.name)))
    return e.told(path, path.readlink())


def link_for_file(e: Edits) -> str:
    path = e.file()
    moved = path.with_name(f"{path.name}.{e.number}")
    path.rename(moved)
    path.symlink_to(moved.name)
    return e.told(path, moved.name)


def link_for_directory(e: Edits) -> str:
    path = e.directory()
    moved = path.with_name(f"{path.name}-{e.number}")
    path.rename(moved)
    path.symlink_to(moved.name)
    return e.told(path, moved.name)


def ignore_file_rule(e: Edits) -> str:
    path = e.root / ".dockerignore"
    rule = e.told(e.file())
    path.write_text(path.read_text() + rule + "\n")
    return f"ignore {rule}"


def ignore_directory_rule(e: Edits) -> str:
    path = e.root / ".dockerignore"
    rule = e.random.choice(("{}", "{}/**", "!{}", "{}/*.py", "**/{}")).format(e.told(e.directory()))
    path.write_text(path.read_text() + rule + "\n")
    return f"ignore {rule}"


def ignore_nothing(e: Edits) -> str:
    path = e.root / ".dockerignore"
    path.write_text(path.read_text() + f"# {e.number}\n**/*.nobody{e.number}\n")
    return f"ignore nothing {e.number}"


def ignore_less(e: Edits) -> str:
    path = e.root / ".dockerignore"
    lines = path.read_text().splitlines(keepends=True)
    gone = e.random.randrange(len(lines))
    (e.directory() / "node_modules").mkdir(exist_ok=True)
    path.write_text("".join(lines[:gone] + lines[gone + 1 :]))
    return f"without {lines[gone].strip()} {e.number}"


def _lines(e: Edits, pattern: str) -> tuple[Path, list[str], int] | None:
    path = e.dockerfile()
    lines = path.read_text().splitlines(keepends=True)
    fits = [i for i, line in enumerate(lines) if re.match(pattern, line)]
    return (path, lines, e.random.choice(fits)) if fits else None


def _insert(e: Edits, text: str) -> str | None:
    found = _lines(e, DOCKERFILE_LINE.pattern)
    if found is None:
        return None
    path, lines, at = found
    first = next((i for i, line in enumerate(lines) if line.startswith("FROM")), 0)
    at = max(at, first + 1)
    if at < len(lines) and at and lines[at - 1].rstrip().endswith("\\"):
        return None
    lines.insert(at, text)
    path.write_text("".join(lines))
    return e.told(path, f"line {at + 1}: {text.strip()}")


def comment(e: Edits) -> str | None:
    return _insert(e, f"# remark {e.number}\n\n")


def env(e: Edits) -> str | None:
    return _insert(e, f"ENV EDIT_{e.number}=x{os.getpid()}\n")


def arg(e: Edits) -> str | None:
    return _insert(e, f"ARG EDIT_{e.number}=x{os.getpid()}\n")


def empty_arg(e: Edits) -> str | None:
    return _insert(e, f"ARG EDIT_{e.number}\n")


def label(e: Edits) -> str | None:
    return _insert(e, f"LABEL edit={e.number}.{os.getpid()}\n")


def run(e: Edits) -> str | None:
    return _insert(e, f"RUN echo {e.number}.{os.getpid()}\n")


def user(e: Edits) -> str | None:
    return _insert(e, f"USER {40000 + e.number}\n")


def expose(e: Edits) -> str | None:
    return _insert(e, f"EXPOSE {20000 + e.number}\n")


def _replace(e: Edits, line: str, pattern: str, replacement: Callable[[re.Match[str]], str]) -> str | None:
    found = _lines(e, line)
    if found is None:
        return None
    path, lines, at = found
    changed = re.sub(pattern, replacement, lines[at], count=1)
    if changed == lines[at]:
        return None
    lines[at] = changed
    path.write_text("".join(lines))
    return e.told(path, f"line {at + 1}: {changed.strip()[:90]}")


def wider_space(e: Edits) -> str | None:
    spaces = " " * (2 + e.number % 40)
    return _replace(e, r"(COPY|FROM|ENV|USER|WORKDIR|EXPOSE) ", r" (?=\S)", lambda _: spaces)


def lower_case(e: Edits) -> str | None:
    return _replace(e, r"[A-Z]+ ", r"^[A-Z]+", lambda m: m[0].lower())


def dot_slash(e: Edits) -> str | None:
    return _replace(e, r"COPY (--link )?[a-z]", r"COPY (--link )?(?=[a-z])", lambda m: f"{m[0]}./")


def stage_name(e: Edits) -> str | None:
    path = e.dockerfile()
    text = path.read_text()
    names = re.findall(r"(?im)^FROM \S+ AS (\S+)", text)
    if not names:
        return None
    name = e.random.choice(names)
    if name in ("prod", "dev") or re.search(rf"(?m)^# *syntax.*{name}", text):
        return None
    changed = re.sub(rf"(?im)(^FROM (?:\S+ AS )?|--from=|from=){re.escape(name)}\b", rf"\g<1>{name}{e.number}", text)
    path.write_text(changed)
    return e.told(path, f"stage {name}{e.number}")


def other_base(e: Edits) -> str | None:
    return _replace(e, r"FROM [a-z]+:", r"FROM [a-z][\w./-]*:\S+", lambda _: "FROM debian:trixie-slim")


def run_network(e: Edits) -> str | None:
    return _replace(e, r"RUN ", r"^RUN ", lambda _: "RUN --network=none ")


def cache_id(e: Edits) -> str | None:
    return _replace(e, r"RUN .*type=cache", r"type=cache", lambda m: f"{m[0]},id=edit{e.number}")


def command(e: Edits) -> str | None:
    return _replace(e, r"CMD \[", r"\]", lambda _: f', "--edit{e.number}"]')


def build_arg(e: Edits) -> str:
    path = e.root / "bakehouse.toml"
    name = e.random.choice(("UNHEARD_OF", "VERSION", "NODE_VERSION", "HTTP_PROXY", "SOURCE_DATE_EPOCH", "TARGETSTAGE"))
    value = str(1_700_000_000 + e.number)
    service = e.random.choice(("dashboard", "tp-capital", "workspace-api", "prometheus", "questdb"))
    path.write_text(path.read_text() + f'\n[services.{service}]\nargs = {{ {name} = "{value}" }}\n')
    return f"{service} {name}={value}"


KINDS: tuple[Callable[[Edits], str | None], ...] = (
    *[content] * 8, *[mode] * 4, *[rename] * 3, *[new_file] * 4, *[delete] * 2, *[move] * 2, touch, directory_mode,
    new_directory, new_directory, ignored_directory, link, link, link_for_file, link_for_directory,
    *[ignore_file_rule] * 3, *[ignore_directory_rule] * 3, ignore_nothing, ignore_less, comment, comment, env, arg,
    empty_arg, label, run, user, expose, wider_space, wider_space, lower_case, dot_slash, stage_name, other_base,
    run_network, cache_id, command, *[build_arg] * 3,
)  # fmt: skip

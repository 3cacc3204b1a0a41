"""A small repository in a real git, with services of several kinds."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from pathlib import Path

from bakehouse.api.affected import affected_by, affected_since
from bakehouse.build.request import PlanRequest

FILES = {
    "api/Dockerfile": "FROM scratch\nCOPY api/src /src\nCOPY libs/common /common\n",
    "api/src/a.js": "a",
    "api/README.md": "r",
    "web/Dockerfile": 'FROM scratch AS build\nCOPY package*.json ./\nCOPY src ./src\nFROM build\nCMD ["x"]\n',
    "web/package.json": "{}",
    "web/src/w.js": "w",
    "web/test/t.js": "t",
    "tool/Dockerfile": "FROM scratch\nCOPY . /\n",
    "tool/t": "t",
    "tool/.dockerignore": "*.log\nDockerfile\n.dockerignore\n",
    "derived/Dockerfile": "FROM base-image\nCOPY d /\n",
    "derived/d": "d",
    "libs/common/package.json": '{"name": "common"}',
    "libs/common/index.js": "i",
    "README.md": "r",
    "compose.yaml": (
        "services:\n  api:\n    build: { context: ., dockerfile: api/Dockerfile, args: { V: '1' } }\n"
        "  derived:\n    build: { context: derived, additional_contexts: { base-image: 'service:tool' } }\n"
    ),
}


class Repository:
    """A work tree with a first commit."""

    def __init__(self, root: Path, files: Mapping[str, str] = FILES) -> None:
        self.root = root
        self.git("init", "-q", "-b", "main")
        self.write(files)
        self.commit()

    def git(self, *words: str) -> str:
        command = ["git", "-C", str(self.root), "-c", "user.name=t", "-c", "user.email=t@example.invalid",
                   "-c", "protocol.file.allow=always", *words]  # fmt: skip
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()

    def write(self, files: Mapping[str, str]) -> None:
        for name, text in files.items():
            path = self.root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)

    def commit(self) -> str:
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", "x")
        return self.git("rev-parse", "HEAD")

    def affected(self, since: str = "HEAD") -> dict[str, list[str]]:
        """Service -> what changed, as `kind name`."""
        found = affected_since(self.root, since, PlanRequest())
        return {a.service: [f"{c.kind} {c.name}" for c in a.changes] for a in found}

    def touched(self, *files: str) -> dict[str, list[str]]:
        """The same by the names of files."""
        found = affected_by(self.root, files, PlanRequest())
        return {a.service: [f"{c.kind} {c.name}" for c in a.changes] for a in found}

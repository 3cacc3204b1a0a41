"""Read every Dockerfile below the directories given and compare with BuildKit's own parser. Run by hand:

    python tests/dockerfile/corpus_check.py DIR...

Prints each difference and, at the end, counts. Files are told apart by content, so copies count once.
The oracle is an older BuildKit: it drops text after a JSON array, and knows no `<< NAME` with a space.
"""

import hashlib
import re
import sys
import time
from pathlib import Path

import dockerfile
from bakehouse.dockerfile import interpret, parse, print_tree
from bakehouse.dockerfile.shell import read_script
from bakehouse.dockerfile.verdict import KEYWORDS

NAME = re.compile(r"(?:.*[~/])?(?:(?:docker|container)file[^/]*|[^/]*\.dockerfile)\Z", re.IGNORECASE)


def difference(data: bytes, tree) -> str | None:
    """What BuildKit's parser sees otherwise, or None."""
    try:
        commands = dockerfile.parse_string(data.decode("utf-8", "replace"))
    except dockerfile.GoParseError as error:
        return None if tree.errors else f"refused by BuildKit: {error}"
    if len(commands) != len(tree.instructions):
        return f"{len(commands)} instructions, ours {len(tree.instructions)}"
    for theirs, ours in zip(commands, tree.instructions, strict=True):
        if (theirs.cmd or "", theirs.start_line, theirs.end_line, theirs.json) != (
            ours.keyword.text, ours.start_line, ours.end_line, ours.is_json,
        ):  # fmt: skip
            return f"line {theirs.start_line}: {theirs.cmd}, ours {ours.keyword.text} at {ours.start_line}"
        if ours.name in KEYWORDS and not ours.pairs and ours.trigger is None and theirs.value != ours.arguments:
            return f"line {theirs.start_line}: {theirs.value}, ours {ours.arguments}"
    return None


def main(directories: list[str]) -> int:
    """Check all files; 1 where anything differs."""
    seen: set[bytes] = set()
    refused = differing = commands = 0
    seconds = 0.0
    for path in sorted(p for d in directories for p in Path(d).rglob("*") if NAME.match(p.name) and p.is_file()):
        data = path.read_bytes()
        digest = hashlib.sha256(data).digest()
        if digest in seen:
            continue
        seen.add(digest)
        start = time.process_time()
        tree = parse(data, str(path))
        seconds += time.process_time() - start
        found = "bytes lost" if print_tree(tree) != data else difference(data, tree)
        if found:
            differing += 1
            print(f"{path}: {found}")
        refused += bool(tree.errors)
        for stage in interpret(tree).stages:
            for step in stage.steps:
                if step.instruction.name == "RUN":
                    commands += len(read_script(tree, step.instruction, step.before.effective_shell).commands)
    print(
        f"{len(seen)} different files: {len(seen) - refused} accepted, {refused} refused, {differing} differ from "
        f"BuildKit's parser; {commands} commands in RUN; {seconds / max(len(seen), 1) * 1000:.2f} ms CPU to parse one"
    )
    return 1 if differing else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

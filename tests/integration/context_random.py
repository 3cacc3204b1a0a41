"""Random contexts, ignore files and COPY instructions, built by BuildKit and compared with what we say of them.

A script, not a test: `python -m tests.integration.context_random SEED COUNT [--flags]`; needs an engine. With --flags also
--exclude and --parents, for which BAKEHOUSE_TEST_FRONTEND names a frontend. Prints every case where BuildKit and we
disagree on success, on the files that arrive, or on the files that are sent; exit code 1 if there was one.
"""

import argparse
import random
import sys
import tempfile
from pathlib import Path

from bakehouse.dockerfile.ignore import read_ignore
from bakehouse.dockerfile.meaning import interpret
from bakehouse.dockerfile.parser import parse
from bakehouse.model.file_source import EntryKind
from bakehouse.workspace.context_tree import ContextTree
from bakehouse.workspace.context_view import ContextView
from bakehouse.workspace.work_tree import WorkTree
from tests.integration.test_context_oracle import arrived, build
from tests.workspace.context_cases import UNIT, Case, lay_out

NAMES = ("a", "b", "ab", "c.x", "d.x", ".e")
WILDCARDS = ("*", "?", "*.x", "a*", "[ab]", "**", "[^a]", "*b")
BY_DESTINATION = ("cannot replace to directory", "cannot copy to non-directory", "not a directory")
"""Failures that hang on what else lies at the destination, which is not our question."""


class Maker:
    """Random cases from one seed."""

    def __init__(self, seed, flags):
        self.random = random.Random(seed)
        self.flags = flags

    def path(self, depth=3):
        return "/".join(self.random.choice(NAMES) for _ in range(self.random.randint(1, depth)))

    def pattern(self):
        parts = self.path(2).split("/")
        for _ in range(self.random.randint(0, 2)):
            parts[self.random.randrange(len(parts))] = self.random.choice(WILDCARDS)
        return "/".join(parts)

    def files(self):
        found = []
        for _ in range(self.random.randint(2, 8)):
            path = self.path()
            if not any(path == p or path.startswith(f"{p}/") or p.startswith(f"{path}/") for p in found):
                found.append(path)
        targets = set()
        for number, path in enumerate(found):
            other = self.random.choice(found).partition(" -> ")[0]
            target = self.random.choice([other, self.path(2), f"../{other}", f"/{other.partition('/')[0]}"])
            if self.random.random() < 0.25 and target not in targets:
                targets.add(target)
                found[number] = f"{path} -> {target}"
        return found

    def source(self):
        return self.random.choice([
            self.pattern(), self.path(2), ".", f"{self.pattern()}/", f"./{self.path(2)}", f"/{self.path(2)}",
        ])  # fmt: skip

    def case(self):
        signs = ("", "!", "", "/")
        ignore = [self.random.choice(signs) + self.pattern() for _ in range(self.random.choice((0, 0, 1, 2, 3)))]
        sources, words = [self.source() for _ in range(self.random.randint(1, 2))], ["COPY"]
        if self.flags and self.random.random() < 0.6:
            words.append("--parents")
            if self.random.random() < 0.3:
                sources[0] = f"{self.path(1)}/./{self.pattern()}"
        if self.flags and self.random.random() < 0.5:
            words.append(f"--exclude={self.pattern()}")
        text = "FROM scratch\n" + " ".join([*words, *sources, "/out/"]) + "\n"
        return Case(
            "random", text, "|".join(self.files()), "", ignore="\n".join(["# first line", *ignore]), labs=self.flags
        )


def disagreement(case, root):
    """What BuildKit and we disagree on; None where we agree, or where the question is another one."""
    context = root / "context"
    context.mkdir()
    lay_out(context, case)
    tree = ContextTree(WorkTree(context), ".", read_ignore(case.ignore.encode()))
    view = ContextView(tree, interpret(parse(case.dockerfile.encode())))
    problems = [taken.problem for taken in view.taken if taken.problem]
    code, text, moved = build(context, case, root / "out")
    if code != 0:
        # BuildKit 0.13 follows links inside directories that a wildcard found, for its cache keys: not our question
        links = " -> " in case.files and ("too many" in text or "cache key" in text)
        other = links or any(words in text for words in BY_DESTINATION)
        return None if problems or other else "BuildKit fails: " + text[-200:]
    if problems:
        return None if case.labs else f"we expect {problems}"
    ours = {node.path for taken in view.taken for node in taken.nodes if not node.is_directory}
    theirs = arrived(case, root / "out")
    if theirs - ours:
        return f"BuildKit takes {sorted(theirs - ours)} more"
    if len({path.rpartition("/")[2] for path in ours}) == len(ours) and ours - theirs - {".dockerignore"}:
        return f"we take {sorted(ours - theirs)} more"
    sent = {node.path for node in view.sent if node.entry.kind is EntryKind.FILE} - {".dockerignore"}
    seen = {name for number, name in enumerate(case.plain) if moved // UNIT & 1 << number}
    return None if sent == seen else f"sent: BuildKit {sorted(seen - sent)} more, we {sorted(sent - seen)} more"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("seed", type=int)
    parser.add_argument("count", type=int)
    parser.add_argument("--flags", action="store_true")
    options = parser.parse_args()
    maker, wrong = Maker(options.seed, options.flags), 0
    for _ in range(options.count):
        case = maker.case()
        with tempfile.TemporaryDirectory() as directory:
            said = disagreement(case, Path(directory))
        if said is not None:
            wrong += 1
            print(said, case.dockerfile.splitlines()[1], case.files, repr(case.ignore), sep="\n  ", flush=True)
    print(f"{options.count} cases, {wrong} disagree")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())

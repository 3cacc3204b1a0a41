"""What holds for any bytes that somebody calls a Dockerfile. Shared by the tests and the long fuzz run."""

import json
import time

from bakehouse.dockerfile import interpret, parse, print_tree, tokens, tree_as_json
from bakehouse.dockerfile.shell import read_script

SECONDS = 1.0
"""CPU time that no small input may take."""


def check(data: bytes) -> None:
    """The tree is the file, its problems have places, and whatever asks for meaning gets an answer."""
    began = time.process_time()
    tree = parse(data)
    assert print_tree(tree) == data
    at = 0
    for token in tokens(tree):
        assert token.start == at
        assert token.end > at
        at = token.end
    assert at == len(data)
    for problem in tree.errors:
        assert 0 <= problem.span.start <= problem.span.end <= len(data)
        assert problem.line >= 1
        assert problem.column >= 1
        assert problem.message
    assert parse(data) == tree
    json.dumps(tree_as_json(tree))
    for stage in interpret(tree).stages:
        for step in stage.steps:
            if step.instruction.name == "RUN" and not step.from_trigger:
                commands = read_script(tree, step.instruction, step.before.effective_shell).commands
                assert all(0 <= c.span.start <= c.span.end <= len(data) for c in commands)
    assert time.process_time() - began < SECONDS

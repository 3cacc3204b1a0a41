"""What the real BuildKit said, recorded: verdicts, words, names, and the meaning of whole files.

The inputs are ours; each file of golden/ says which version answered and when.
"""

import json
from pathlib import Path

import pytest

from bakehouse.dockerfile import BaseImage, BuildInputs, ImageRefError, interpret, parse, parse_image, print_tree
from bakehouse.dockerfile.lexer import Lexer, LexError
from bakehouse.dockerfile.platforms import PlatformError, parse_platform

GOLDEN = Path(__file__).parent / "golden"


def load(name: str):
    return json.loads((GOLDEN / name).read_text(encoding="utf-8"))


def test_verdicts():
    cases = load("verdicts.json")["cases"]
    assert len(cases) >= 800
    wrong = []
    for text, accepted in cases:
        data = text.encode("latin-1")
        tree = parse(data)
        assert print_tree(tree) == data
        if (not tree.errors) != accepted:
            wrong.append((data, accepted, tree.errors))
    assert not wrong


def test_words():
    golden = load("words.json")
    env, wrong = golden["environment"], []
    for word, escape, value, words, used, missing in golden["cases"]:
        lexer = Lexer(escape)
        try:
            lexed = lexer.expand(word, env)
            found = [lexed.text, [w.text for w in lexer.split(word, env)], sorted(lexed.used), sorted(lexed.missing)]
        except LexError:
            found = [None, None, None, None]
        if found != [value, words, used, missing]:
            wrong.append((word, escape, found, value))
    assert not wrong


def test_image_names():
    wrong = []
    for text, full, familiar in load("names.json")["images"]:
        try:
            image = parse_image(text)
            found = (image.full, image.familiar)
        except ImageRefError:
            found = (None, None)
        if found != (full, familiar):
            wrong.append((text, found, full))
    assert not wrong


def test_platform_names():
    wrong = []
    for text, normal in load("names.json")["platforms"]:
        try:
            found = str(parse_platform(text))
        except PlatformError:
            found = None
        if found != normal:
            wrong.append((text, found, normal))
    assert not wrong


class EveryImage(dict):
    """Every image has the same, empty configuration, as the recording had."""

    def get(self, key, default=None):
        return BaseImage(env={}, user="", workdir="", entrypoint=(), command=())


@pytest.mark.parametrize("case", load("meaning.json")["cases"], ids=lambda case: f"ok={case['ok']}")
def test_meaning(case):
    tree = parse(case["file"].encode())
    inputs = BuildInputs(args=case["args"], target=case["target"], platform=case["platform"], bases=EveryImage())
    meaning = interpret(tree, inputs)
    assert (not tree.errors and not meaning.problems) == case["ok"]
    if not case["ok"]:
        return
    end, config = meaning.target.end, case["config"]
    assert sorted(f"{name}={value}" for name, value in end.env.items()) == config["env"]
    assert (end.user or "") == config["user"]
    assert (end.workdir or "") == config["wd"]
    assert list(end.entrypoint or ()) == config["ep"]
    assert list(end.command or ()) == config["cmd"]
    assert list(end.shell or ()) == config["sh"]
    assert dict(end.labels) == config["labels"]
    assert sorted(end.volumes) == config["vol"]
    assert (end.stop_signal or "") == config["sig"]
    assert end.has_healthcheck == config["hc"]
    assert_context(meaning, case)


def assert_context(meaning, case):
    paths = sorted({source.context_path for source in meaning.context_sources})
    if case["context"] is None:  # BuildKit does not even look at the context
        assert not paths
    else:
        assert (["."] if "." in paths else paths) == (["."] if "." in case["context"] else case["context"])
    edges = [edge for stage in meaning.reached for edge in stage.stage.edges]
    assert set(case["images"]) <= {edge.origin.image.full for edge in edges if edge.origin.image}

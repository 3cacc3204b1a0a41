"""Reports of a comparison: hostile names stay text in each form."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest

from bakehouse.model.image_diff import (
    Cause,
    CauseSum,
    ConfigChange,
    FileChange,
    FileFacts,
    How,
    ImageDiff,
    ImageSide,
    PackageChange,
    PathSum,
    Verdict,
)
from bakehouse.report.image_diff import html, markdown
from bakehouse.report.image_diff.text import diff_lines

HOSTILE = "a|b`c``</summary><script>x</script>\n@somebody [l](http://x)"


def side(name, **facts):
    plain = {"source": "archive", "platform": "linux/amd64", "layers": 2, "bytes": 2000, "seen_bytes": 1000}
    return ImageSide(name=name, **plain | {"blob_bytes": None, "paths": 3, "packages": 1} | facts)


def diff(name=HOSTILE):
    facts = FileFacts(type="link", bytes=0, mode="0777", uid=0, gid=0, target=name)
    change = FileChange(path=name, how=How.CHANGED, cause=Cause.SOURCE, aspects=("target",), before=facts, after=facts)
    row = PathSum(path=name, how=How.CHANGED, paths=1, bytes=-5, aspects=("target",))
    counts = {"added": 0, "removed": 0, "changed": 1, "added_bytes": 0, "removed_bytes": 0, "changed_bytes": -5}
    return ImageDiff(
        verdict=Verdict.DIFFERS,
        compared=("files", "packages", "configuration"),
        before=side(name),
        after=side("two", seen_bytes=400),
        causes=(CauseSum(cause=Cause.SOURCE, largest=(row,), **counts),),
        packages=(PackageChange(ecosystem="npm", name=name, how=How.MOVED, before=(name,), after=("2",)),),
        config=(ConfigChange(setting="env", key=name, how=How.REMOVED, before=name, after=None),),
        unread=(f"A: /{name}",),
        files=(change,),
    )


def outside_code(text):
    """Markdown without its code spans: a span ends at a run of as many backticks as it began with."""
    kept, at = [], 0
    while at < len(text):
        if text[at] != "`":
            kept.append(text[at])
            at += 1
            continue
        run = len(text[at:]) - len(text[at:].lstrip("`"))
        end = at + run
        while True:
            end = text.index("`" * run, end)
            longer = len(text[end:]) - len(text[end:].lstrip("`"))
            if longer == run:
                break
            end += longer
        at = end + run
    return "".join(kept)


def test_markdown_holds_hostile_names_in_code_spans():
    shown = markdown.render(diff())
    plain = outside_code(shown)
    assert "somebody" in shown
    assert not [word for word in ("somebody", "script", "http") if word in plain]
    assert shown.count("<details>") == shown.count("</details>")
    rows = [line for line in shown.splitlines() if line.startswith("| `")]
    assert rows
    assert all(line.replace("\\|", "").count("|") in (4, 5) for line in rows)


def test_html_escapes_and_is_well_formed():
    class Tags(HTMLParser):
        def __init__(self):
            super().__init__()
            self.open, self.seen = [], set()

        def handle_starttag(self, tag, attributes):
            self.seen.add(tag)
            if tag not in ("meta", "br"):
                self.open.append(tag)

        def handle_endtag(self, tag):
            assert self.open.pop() == tag

    page, tags = html.render(diff()), Tags()
    tags.feed(page)
    assert tags.open == []
    assert "script" not in tags.seen
    assert "-60.0%" in page
    assert "default-src &#39;none&#39;" in page or "default-src 'none'" in page


def test_text_is_short_and_says_what_was_not_tried():
    lines = diff_lines(diff("x"))
    assert lines[0] == "The images differ: 1 path, 1 package, 1 setting"
    assert lines[-1] == (
        "Compared: files, packages, configuration (times of files are not). "
        "Whether the images behave the same was not tried."
    )
    assert any("not read: A: /x" in line for line in lines)


@pytest.mark.parametrize("form", [markdown.render, html.render, lambda found: "\n".join(diff_lines(found))])
def test_the_same_content(form):
    empty = ImageDiff(
        verdict=Verdict.SAME, compared=("files",), before=side("a"), after=side("b"), causes=(), packages=(), config=(),
        unread=(), files=(),
    )  # fmt: skip
    shown = form(empty)
    assert "Same content: no file, package or setting differs" in shown
    assert "cause" not in shown.partition("</style>")[2]

"""Writes docs/reference/rules.md and a page for each rule from the rules themselves, so that they cannot drift.

In: the table of rules. Out: the files; run it as `python docs/generate_rules.py`.
"""

from __future__ import annotations

from pathlib import Path

from bakehouse.lint.rules import rule_infos
from bakehouse.model.finding import FixSafety, Group, RuleInfo

INDEX = Path(__file__).parent / "reference" / "rules.md"
PAGES = INDEX.with_suffix("")
_HEAD = """\
# The rules of lint

Made by `python docs/generate_rules.py` from the rules; do not edit by hand. `bakehouse rule NAME` shows a page in the
terminal, `bakehouse rule --json` lists all for programs. How to select, silence and fix:
[how to lint](../how-to/lint.md).

"Severity" is off where a rule speaks only when it is selected. "Fix" is safe where the repair changes nothing but
what it says, unsafe where a person should look at the result (`--unsafe`).
"""
_ABOUT = {
    Group.CACHE: "what makes builds do again what was done before",
    Group.CONTEXT: "what is sent to the builder, and what COPY finds there",
    Group.SIZE: "what makes images larger than they need to be",
    Group.REPRODUCIBILITY: "what makes tomorrow's build differ from today's",
    Group.SECURITY: "what puts secrets, hosts or users at risk",
    Group.CORRECTNESS: "what does not do what it seems to",
    Group.BUILDKIT: "what BuildKit offers, and how to ask for it",
    Group.MAINTAINABILITY: "what makes a file harder to read and to change",
    Group.CROSS_FILE: "what several files say of each other: compose, Dockerfile, ignore file, manifests",
}


def render() -> dict[Path, str]:
    """Every file that belongs to the reference of rules, with its text."""
    rules = rule_infos()
    return {INDEX: _index(rules), **{PAGES / f"{rule.name}.md": _page(rule) for rule in rules}}


def _index(rules: tuple[RuleInfo, ...]) -> str:
    fixing = sum(1 for rule in rules if rule.fix is not FixSafety.NONE)
    safe = sum(1 for rule in rules if rule.fix is FixSafety.SAFE)
    parts = [_HEAD, f"{len(rules)} rules, {fixing} of them with a fix, which is safe in {safe}.\n"]
    for group in Group:
        members = [rule for rule in rules if rule.group is group]
        if members:
            rows = [_row(rule) for rule in members]
            head = "| rule | severity | fix | what | aliases |\n|---|---|---|---|---|\n"
            parts.append(f"## {group.value}: {_ABOUT[group]}\n\n{head}" + "\n".join(rows) + "\n")
    return "\n".join(parts)


def _row(rule: RuleInfo) -> str:
    severity = rule.severity.value if rule.default else "off"
    fix = "" if rule.fix is FixSafety.NONE else rule.fix.value
    summary = rule.summary.replace("|", "\\|")
    return f"| [{rule.name}](rules/{rule.name}.md) | {severity} | {fix} | {summary} | {', '.join(rule.aliases)} |"


def _page(rule: RuleInfo) -> str:
    facts = [
        f"Group {rule.group.value}",
        f"severity {rule.severity.value}" + ("" if rule.default else " where it is selected (off by default)"),
        f"fix: {rule.fix.value}",
    ]
    if rule.aliases:
        facts.append(f"also called {', '.join(rule.aliases)}")
    lead = f"{rule.summary}.\n\n{'; '.join(facts)}. [All rules](../rules.md)\n"
    return f"# {rule.name}\n\n{lead}\n{rule.page.strip()}\n"


def main() -> None:
    """Write all files; pages of rules that are gone go too."""
    files = render()
    PAGES.mkdir(exist_ok=True)
    for old in set(PAGES.glob("*.md")) - files.keys():
        old.unlink()
    for path, text in files.items():
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()

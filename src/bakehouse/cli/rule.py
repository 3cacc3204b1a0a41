"""`bakehouse rule`: the rules of lint, all or one."""

from __future__ import annotations

import difflib
import re

import click

from bakehouse.api import linting
from bakehouse.cli.options import CliContext, common_options, emit_json
from bakehouse.errors import UsageError
from bakehouse.model.finding import FixSafety, RuleInfo
from bakehouse.report.text import table


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("name", required=False)
@common_options
def command(ctx: CliContext, name: str | None) -> int:
    """Show the rules of lint, or all there is to know of one.

    NAME is a rule, an alias (DL3008, StageNameCasing) or a group.

    \b
    Examples:
      bakehouse rule
      bakehouse rule cache-mount-missing
      bakehouse rule DL3042
      bakehouse rule --json | jq -r '.rules[] | select(.fix == "safe") | .name'
    """
    rules = linting.lint_rules()
    chosen = _chosen(rules, name) if name else rules
    if ctx.json:
        emit_json("bakehouse.rules/1", {"rules": chosen})
    elif name and (len(chosen) == 1 or name not in {rule.group.value for rule in rules}):
        click.echo("\n\n".join(page(rule) for rule in chosen))
    else:
        for line in listing(chosen):
            ctx.out(line)
    return 0


def _chosen(rules: tuple[RuleInfo, ...], name: str) -> tuple[RuleInfo, ...]:
    wanted = name.lower()
    found = tuple(r for r in rules if wanted in (r.name, r.group.value, *(alias.lower() for alias in r.aliases)))
    if not found:
        known = [n for r in rules for n in (r.name, r.group.value, *r.aliases)]
        near = difflib.get_close_matches(name, known, n=1)
        hint = f"did you mean {near[0]}?" if near else "`bakehouse rule` lists them all"
        raise UsageError(f"no rule, group or alias is called {name}", hint=hint)
    return found


def listing(rules: tuple[RuleInfo, ...]) -> list[str]:
    """The rules as a table, group by group, and how many there are."""
    rows = [
        (rule.group.value, rule.name, rule.severity.value if rule.default else "off", rule.fix.value)
        for rule in sorted(rules, key=lambda rule: (rule.group.value, rule.name))
    ]
    fixing = sum(1 for rule in rules if rule.fix is not FixSafety.NONE)
    return [*table(("group", "rule", "severity", "fix"), rows), "", f"{len(rules)} rules, {fixing} with a fix"]


def page(rule: RuleInfo) -> str:
    """All there is to know of a rule, as Markdown without code fences' marks."""
    facts = [f"group {rule.group.value}", f"severity {rule.severity.value}", f"fix {rule.fix.value}"]
    if not rule.default:
        facts.append("off unless selected")
    if rule.aliases:
        facts.append(f"also called {', '.join(rule.aliases)}")
    body = re.sub(r"```\w*\n(.*?)```", lambda m: re.sub(r"^", "    ", m[1].rstrip(), flags=re.MULTILINE), rule.page,
                  flags=re.DOTALL)  # fmt: skip
    return f"{rule.name}: {rule.summary}\n{'; '.join(facts)}\n\n{body.strip()}"

"""Which rules speak, and how loudly: configuration and flags go in, one `Selection` comes out."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from fnmatch import fnmatch

from bakehouse.config import LintSection
from bakehouse.errors import UsageError
from bakehouse.model.finding import Group, RuleInfo, Severity

_SHELLCHECK = re.compile(r"SC\d{4}\Z", re.IGNORECASE)


class RuleNames:
    """What rules can be called by: their name, their aliases (in any case), their group, `all`."""

    def __init__(self, rules: Iterable[RuleInfo]) -> None:
        self.rules = tuple(rules)
        self._known: dict[str, frozenset[str]] = {"all": frozenset(rule.name for rule in self.rules)}
        for group in Group:
            self._known[group.value] = frozenset(rule.name for rule in self.rules if rule.group is group)
        found: dict[str, set[str]] = {}
        for rule in self.rules:
            for name in (rule.name, *rule.aliases):
                found.setdefault(name.lower(), set()).add(rule.name)
        self._known.update({name: frozenset(rules) for name, rules in found.items()})

    def find(self, name: str) -> frozenset[str]:
        """The names of the rules that `name` stands for; empty where nobody knows it. ShellCheck's codes stand
        for themselves."""
        if _SHELLCHECK.match(name):
            return frozenset({name.upper()})
        return self._known.get(name.lower(), frozenset())

    def require(self, names: Iterable[str], where: str) -> frozenset[str]:
        """The rules that all `names` stand for together. Raises UsageError for one that nobody knows."""
        found: set[str] = set()
        for name in names:
            rules = self.find(name)
            if not rules and name.lower() not in self._known:
                near = get_close_matches(name.lower(), self._known, n=1)
                hint = f"did you mean {near[0]}?" if near else "`bakehouse rule` lists them all"
                raise UsageError(f"{where}: no rule, group or alias is called {name}", hint=hint)
            found |= rules
        return frozenset(found)


@dataclass(frozen=True, slots=True)
class Selection:
    """The rules in force: `rules` by name, `severities` where they differ from the rule's own, and what single
    files leave out."""

    rules: frozenset[str]
    severities: Mapping[str, Severity]
    per_file: tuple[tuple[str, frozenset[str]], ...] = ()

    def severity(self, rule: RuleInfo) -> Severity:
        """How loudly a rule speaks."""
        return self.severities.get(rule.name, rule.severity)

    def left_out(self, path: str) -> frozenset[str]:
        """The rules that say nothing about the file at `path`."""
        return frozenset().union(*(rules for glob, rules in self.per_file if fnmatch(path, glob)))


def select(
    settings: LintSection, names: RuleNames, *, chosen: Iterable[str] = (), ignored: Iterable[str] = ()
) -> Selection:
    """The selection of a run: flags (`chosen`, `ignored`) go over `settings`. Raises UsageError."""
    chosen = tuple(chosen)
    if chosen:
        active = names.require(chosen, "--select")
    elif settings.select:
        active = names.require(settings.select, "[lint] select")
    else:
        active = frozenset(rule.name for rule in names.rules if rule.default)
    active |= names.require(settings.extend_select, "[lint] extend_select")
    explicit = names.require([n for n in chosen if n.lower() != "all" and n not in list(Group)], "--select")
    active -= names.require(settings.ignore, "[lint] ignore") - explicit
    active -= names.require(ignored, "--ignore")
    severities = {
        rule: Severity(severity)
        for name, severity in settings.severity.items()
        for rule in names.require([name], "[lint] severity")
    }
    per_file = tuple(
        (glob, names.require(rules, "[lint] per_file_ignores")) for glob, rules in settings.per_file_ignores.items()
    )
    return Selection(active, severities, per_file)

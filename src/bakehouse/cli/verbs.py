"""The table of verbs and the top-level help made from it. Standard library only: help needs nothing more."""

from __future__ import annotations

import textwrap

# verb -> (module with its click `command`, one line of help), in the order of a day's work
VERBS: dict[str, tuple[str, str]] = {
    "scan": ("bakehouse.cli.scan", "Find the services of a repository, with no configuration."),
    "init": ("bakehouse.cli.init", "Write what was found to bakehouse.toml, for correction."),
    "graph": ("bakehouse.cli.graph", "Show services, libraries, bases and what needs what."),
    "lint": ("bakehouse.cli.lint", "Find what could be better in Dockerfiles, and repair it."),
    "rule": ("bakehouse.cli.rule", "Show the rules of lint, all or one."),
    "context": ("bakehouse.cli.context", "Show what a build sends of its context; propose an ignore file."),
    "dockerfile": ("bakehouse.cli.dockerfile", "Print the syntax tree of a Dockerfile."),
    "plan": ("bakehouse.cli.plan", "Show what would be built, in which waves, and the bake definition."),
    "build": ("bakehouse.cli.build", "Build services on BuildKit, in parallel over the graph; record it."),
    "affected": ("bakehouse.cli.affected", "List the services that a change affects, and why."),
    "identity": ("bakehouse.cli.identity", "Show the digest of everything that can change each image."),
    "why": ("bakehouse.cli.why", "Say what changed so that a service must be built."),
    "history": ("bakehouse.cli.history", "List recorded runs, or show one."),
    "report": ("bakehouse.cli.report", "Write one self-contained HTML file about a run."),
    "layers": ("bakehouse.cli.layers", "Show the layers of images, what is wasted and what they have twice."),
    "diff": ("bakehouse.cli.diff", "Compare two images: files by cause, packages, configuration."),
    "bases": ("bakehouse.cli.bases", "Make substitutes for base images that cannot be pulled."),
    "builder": ("bakehouse.cli.builder", "Make, choose, watch and configure builders."),
    "platforms": ("bakehouse.cli.platforms", "How each platform is built, what emulation costs, do images run."),
    "cache": ("bakehouse.cli.cache", "Show, prune, invalidate, check and warm build caches."),
    "doctor": ("bakehouse.cli.doctor", "Check engine, buildx, registry, disk, emulation and CA."),
}

_HEAD = """\
Usage: bakehouse [OPTIONS] VERB [ARGS]...

  Build a polyglot monorepo on BuildKit: one graph, measured, recorded.

  Start with:
    bakehouse scan            what is here
    bakehouse plan            what would be built
    bakehouse build           build it all
    bakehouse report          see where the time went

Options:
  --version   Show the version and exit.
  -h, --help  Show this message and exit.

Verbs:
"""
_TAIL = """
  `bakehouse VERB --help` shows options and examples of a verb.
  Tab completion: eval "$(_BAKEHOUSE_COMPLETE=bash_source bakehouse)" (or zsh_source, fish_source).
"""


def render_help(width: int = 80) -> str:
    """The text of `bakehouse --help`, at most `width` columns where words allow."""
    rows = []
    column = max(map(len, VERBS))
    for name, (_, text) in VERBS.items():
        first, *rest = textwrap.wrap(text, max(30, width - column - 3))
        rows += [f"  {name:<{column}} {first}", *(" " * (column + 3) + line for line in rest)]
    return _HEAD + "\n".join(rows) + "\n" + _TAIL

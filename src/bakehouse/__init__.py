"""Bakehouse: BuildKit builds of a polyglot monorepo as one measured graph.

Read `bakehouse.api` first: it is the map of everything else.
"""

__version__ = "0.1.0"

"""`python -m bakehouse.cli`, the same as the `bakehouse` command."""

from bakehouse.cli.entry import entry

entry()

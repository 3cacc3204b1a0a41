"""bakehouse.toml, the environment and flags go in; one frozen `Config` comes out.

Each source overrides the one before: defaults, file, `BAKEHOUSE_<SECTION>_<KEY>`, flags (`{"build.variant": "dev"}`).
`sections.py` says what there is, `toml_file.py` reads the file, `load.py` merges and refuses.
"""

from bakehouse.config.load import json_schema, load
from bakehouse.config.sections import (
    BasesSection,
    BuilderSection,
    BuildSection,
    CacheSection,
    Config,
    LintSection,
    RegistrySection,
    ServiceSection,
    WorkspaceSection,
    parse_size,
)
from bakehouse.config.toml_file import CONFIG_NAME

__all__ = [
    "CONFIG_NAME",
    "BasesSection",
    "BuildSection",
    "BuilderSection",
    "CacheSection",
    "Config",
    "LintSection",
    "RegistrySection",
    "ServiceSection",
    "WorkspaceSection",
    "json_schema",
    "load",
    "parse_size",
]

"""Which features a file may use: what its `# syntax=` directive allows.

Enter a tree and the minor version of Dockerfile 1.x that brought a feature; leave whether a fix may use it.
"""

from __future__ import annotations

import re

from bakehouse.dockerfile.syntax import Dockerfile

_DOCKERFILE_1 = re.compile(r"(?:docker\.io/)?docker/dockerfile(?:-upstream)?:1(?:\.(\d{1,6})(?:\.\d+)?)?(?:-labs)?\Z")


def allows(tree: Dockerfile, minor: int) -> bool:
    """Whether Dockerfile 1.`minor` can be used: no directive, `1`, or a version from there on. Other frontends do
    not count as able to."""
    directive = tree.directive("syntax")
    if directive is None:
        return True
    found = _DOCKERFILE_1.match(directive.value)
    return found is not None and (found[1] is None or int(found[1]) >= minor)

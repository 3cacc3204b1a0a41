"""What a file or directory looks like by its name and its neighbours: a secret, a dependency, a build product, ...

A path and the names beside it go in, a `Role` comes out, or None for what may well be somebody's source. Names that
could be either (`dist`, `build`, `target`) count only beside the project file of a tool that makes such a directory.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum


class Role(StrEnum):
    """What something is, that an image hardly ever needs."""

    SECRET = "secret"
    DEPENDENCIES = "dependencies"  # installed packages, which the build installs again
    PRODUCT = "build product"
    CACHE = "cache"
    HISTORY = "version control"
    LOG = "log"
    EDITOR = "editor"
    BUILD = "build file"  # of the image itself: a change to it makes `COPY . .` run again


_DIRECTORIES = {
    Role.HISTORY: ".git .hg .svn .bzr .jj",
    Role.DEPENDENCIES: "node_modules bower_components jspm_packages .venv venv __pypackages__ .pnpm-store",
    Role.PRODUCT: ".next .nuxt .output .svelte-kit .angular .docusaurus .vitepress .serverless .terraform htmlcov "
    ".nyc_output storybook-static DerivedData .bloop .metals cmake-build-debug cmake-build-release bazel-out _build",
    Role.CACHE: "__pycache__ .pytest_cache .mypy_cache .ruff_cache .tox .nox .cache .parcel-cache .turbo .gradle "
    ".sass-cache .eslintcache .hypothesis .ipynb_checkpoints .dart_tool .ccache .bakehouse",
    Role.EDITOR: ".idea .vscode .vs .fleet .settings",
}
_DIRECTORY_ROLES = {name: role for role, names in _DIRECTORIES.items() for name in names.split()}

_MAKERS: Mapping[str, tuple[re.Pattern[str], ...]] = {
    name: tuple(re.compile(rf"(?:{pattern})\Z") for pattern in patterns)
    for name, patterns in {
        "target": (r"Cargo\.toml", r"pom\.xml", r"build\.sbt"),
        "build": (r"build\.gradle(?:\.kts)?", r"setup\.py", r"pyproject\.toml", r"package\.json", r"pubspec\.yaml"),
        "dist": (r"package\.json", r"setup\.py", r"pyproject\.toml"),
        "out": (r"next\.config\.\w+", r"build\.gradle(?:\.kts)?", r"tsconfig\.json"),
        "coverage": (r"package\.json",),
        "bin": (r".+\.(?:cs|fs|vb)proj",),
        "obj": (r".+\.(?:cs|fs|vb)proj",),
        "vendor": (r"composer\.json", r"Gemfile"),
    }.items()
}
"""Directories with plain names, and the project files of the tools that make them. The tools can make them again."""

_SECRET_FILE = re.compile(
    r"\.env(?:\.(?!example\Z|sample\Z|template\Z|dist\Z|defaults?\Z|schema\Z|test\Z|ci\Z|tpl\Z|tmpl\Z)[\w.-]+)?"
    r"|id_(?:rsa|dsa|ecdsa|ed25519)(?:_sk)?|.*\.(?:ppk|p12|pfx|jks|keystore|kdbx|tfstate|tfstate\.backup|ovpn)"
    r"|\.netrc|\.pypirc|\.git-credentials|\.htpasswd|\.dockerconfigjson|\.pgpass|\.my\.cnf|\.vault[-_]pass(?:word)?"
    r"|(?:service[-_]?account|client_secret|gcp[-_]?credentials)[\w.-]*\.json|credentials(?:\.json|\.csv)?"
    r"|.*[-_.]?secrets?\.(?:ya?ml|json|toml|env)|master\.key|.*\.key|.*(?:^|[-_.])(?:private|privkey|key)[-\w]*\.pem"
    r"|(?:kubeconfig|\.kube)(?:\.ya?ml)?|secring\.gpg",
    re.IGNORECASE,
)
_LOG_FILE = re.compile(r".*\.log|npm-debug\.log.*|yarn-error\.log|hs_err_pid\d+\.log|core\.\d+", re.IGNORECASE)
_EDITOR_FILE = re.compile(r"\.DS_Store|Thumbs\.db|desktop\.ini|.*\.sw[op]|.*~|\.#.*|.*\.iml")
_BUILD_FILE = re.compile(r"(?:.+\.)?(?:Dockerfile|Containerfile)(?:\.[\w-]+)?|\.dockerignore", re.IGNORECASE)
_PRODUCT_FILE = re.compile(r".*\.(?:pyc|pyo|class|o|obj|tsbuildinfo|egg)|\.coverage(?:\..*)?|coverage\.xml")
_PRODUCT_DIRECTORY = re.compile(r".+\.egg-info|.+\.dSYM|bazel-(?:bin|out|testlogs|.+)")


def role_of(name: str, siblings: Mapping[str, object], *, is_directory: bool) -> Role | None:
    """The role of a name, given the names beside it (`siblings`, itself included)."""
    return _directory_role(name, siblings) if is_directory else _file_role(name)


def _directory_role(name: str, siblings: Mapping[str, object]) -> Role | None:
    known = _DIRECTORY_ROLES.get(name)
    if known is not None:
        return known
    if name in _MAKERS:
        made = any(maker.match(other) for other in siblings for maker in _MAKERS[name])
        role = Role.DEPENDENCIES if name == "vendor" else Role.PRODUCT
        return role if made else None
    return Role.PRODUCT if _PRODUCT_DIRECTORY.fullmatch(name) else None


def _file_role(name: str) -> Role | None:
    for pattern, role in (
        (_SECRET_FILE, Role.SECRET),
        (_LOG_FILE, Role.LOG),
        (_EDITOR_FILE, Role.EDITOR),
        (_PRODUCT_FILE, Role.PRODUCT),
        (_BUILD_FILE, Role.BUILD),
    ):
        if pattern.fullmatch(name):
            return role
    return None

"""Which packages only serve to build: compilers, headers, build systems, test runners; by their names."""

from __future__ import annotations

import re

_LINUX = re.compile(
    r"""(?:
        build-essential | build-base | \.build-deps.* | alpine-sdk | dpkg-dev | lto-disabled-list
      | (?:gcc|g\+\+|cpp|gfortran|gdc|gobjc)(?:-\d.*|-x86.*|-aarch64.*)? | binutils.* | make | cmake.*
      | ninja(?:-build)? | samurai | meson | auto(?:conf|make).* | libtool(?:-bin)? | pkg-?conf(?:ig)?.*
      | patch | m4 | bison | flex | gettext | swig | gdb | strace | git(?:-man)? | mercurial.* | subversion
      | clang.* | llvm.* | lld.* | rustc
      | cargo | rust | golang.* | go | openjdk-?\d+(?:-jdk.*)? | maven | gradle | python3(?:\.\d+)?-dev
      | lib.*-dev | .*-dev | .*-dev-bin | fortify-headers | linux-headers.*
    )""",
    re.VERBOSE,
)
_PYTHON = re.compile(
    r"pip|setuptools|setuptools-scm|wheel|build|cython|poetry.*|uv|hatchling|flit.*|pdm.*|maturin|scikit-build.*|pytest.*"
    r"|coverage|mypy.*|ruff|black|flake8|pylint|tox|nox|virtualenv|types-.*"
)
_NODE = re.compile(
    r"@types/.*|typescript|ts-node|webpack.*|vite|esbuild|@esbuild/.*|rollup|@rollup/.*|@babel/.*|@swc/.*|eslint.*|@eslint/.*"
    r"|@typescript-eslint/.*|prettier|jest.*|@jest/.*|vitest|@vitest/.*|mocha|nyc|nodemon|husky|node-gyp|npm|pnpm|yarn"
)
_BY_ECOSYSTEM = {"deb": _LINUX, "apk": _LINUX, "pip": _PYTHON, "npm": _NODE}


def is_build_tool(ecosystem: str, name: str) -> bool:
    """Whether a package of that name only serves to build or to test."""
    return ecosystem in _BY_ECOSYSTEM and _BY_ECOSYSTEM[ecosystem].fullmatch(name) is not None

"""Contexts, ignore files and COPY instructions, with what BuildKit takes and sends: one table for two tests.

`tests/workspace/test_context_selection.py` asks our code, `tests/integration/test_context_oracle.py` asks BuildKit.
Files hold their own path, so that what arrives in an image says where it came from. `taken` None: the build fails.
`sent` is what the client offers where that is more than what is taken.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

UNIT = 8192  # file number n has n-th power of two of these, so that a sum of sizes says which files there were


@dataclass(frozen=True)
class Case:
    """`files` are paths, "path -> target" for links and "path/" for directories.

    `labs`: needs a frontend that knows the flags; `lenient`: older engines take nothing where newer ones fail.
    """

    name: str
    dockerfile: str
    files: str
    taken: str | None
    sent: str | None = None
    ignore: str = ""
    labs: bool = False
    lenient: bool = False

    @property
    def listed(self) -> list[str]:
        return self.files.split("|")

    @property
    def plain(self) -> list[str]:
        """Regular files, in the order that gives them their sizes."""
        return [name for name in self.listed if " -> " not in name and not name.endswith("/")]


def expected(text: str) -> set[str]:
    return set(filter(None, text.split("|")))


def lay_out(root: Path, case: Case) -> None:
    """Make the files of a case, big enough to tell them apart by the sum of their sizes."""
    for name in case.listed:
        path, _, target = name.partition(" -> ")
        place = root / path
        if name.endswith("/"):
            place.mkdir(parents=True, exist_ok=True)
            continue
        place.parent.mkdir(parents=True, exist_ok=True)
        if target:
            place.symlink_to(target)
        else:
            size = UNIT << case.plain.index(name)
            place.write_bytes(f"{name}\n".encode().ljust(size, b"."))
    if case.ignore:
        (root / ".dockerignore").write_text(case.ignore)


def copy(arguments: str, instruction: str = "COPY") -> str:
    return f"FROM scratch\n{instruction} {arguments}\n"


A = "a.txt|b.txt|c.md|src/one.py|src/two.js|src/deep/three.py|lib/four.py"

CASES = (
    # paths
    Case("one-file", copy("a.txt /out/"), A, "a.txt"),
    Case("one-file-renamed", copy("a.txt /out"), A, "a.txt"),
    Case("two-files", copy("a.txt c.md /out/"), A, "a.txt|c.md"),
    Case("all", copy(". /out/"), A, A),
    Case("all-slash", copy("/ /out/"), A, A),
    Case("all-dot-slash", copy("./ /out/"), A, A),
    Case("directory", copy("src /out/"), A, "src/one.py|src/two.js|src/deep/three.py"),
    Case("directory-slash", copy("src/ /out/"), A, "src/one.py|src/two.js|src/deep/three.py"),
    Case("directory-dot", copy("src/. /out/"), A, "src/one.py|src/two.js|src/deep/three.py"),
    Case("absolute", copy("/src/one.py /out/"), A, "src/one.py"),
    Case("dot-slash", copy("./src/deep /out/"), A, "src/deep/three.py"),
    Case("doubled-slash", copy("src//deep /out/"), A, "src/deep/three.py"),
    Case("up-and-down", copy("src/../lib /out/"), A, "lib/four.py"),
    Case("above-the-top", copy("../../a.txt /out/"), A, "a.txt"),
    Case("file-with-slash", copy("a.txt/ /out/"), A, "a.txt"),
    Case("missing", copy("nope.txt /out/"), A, None),
    Case("missing-directory", copy("nope/a /out/"), A, None),
    Case("below-a-file", copy("a.txt/b /out/"), A, None),
    Case("space", copy('["with space/a b", "/out/"]'), "with space/a b|with", "with space/a b"),
    Case("unicode", copy("größe/ü.txt /out/"), "größe/ü.txt|groesse", "größe/ü.txt"),
    Case("hidden", copy(". /out/"), ".env|.git/config|a", ".env|.git/config|a"),
    Case("empty-directory", copy("src /out/"), "src/empty/|a", ""),
    Case("add-file", copy("a.txt src /out/", "ADD"), A, "a.txt|src/one.py|src/two.js|src/deep/three.py"),
    Case("two-copies", "FROM scratch\nCOPY a.txt /out/\nCOPY lib /out/\n", A, "a.txt|lib/four.py"),
    Case(
        "stages",
        "FROM scratch AS one\nCOPY a.txt /\nFROM scratch AS unused\nCOPY c.md /\nFROM scratch\nCOPY --from=one / /out/\n",
        A,
        "a.txt",
    ),
    Case("arg", "FROM scratch\nARG D=src/deep\nCOPY $D /out/\n", A, "src/deep/three.py"),
    Case("env", "FROM scratch\nENV D=lib\nCOPY ${D}/four.py /out/\n", A, "lib/four.py"),
    Case("heredoc-too", "FROM scratch\nCOPY <<x a.txt /out/\nhello\nx\n", A, "a.txt"),
    Case("nothing", "FROM scratch\nLABEL a=b\n", A, ""),
    # wildcards
    Case("star", copy("*.txt /out/"), A, "a.txt|b.txt"),
    Case("star-all", copy("* /out/"), A, A),
    Case("star-below", copy("src/*.py /out/"), A, "src/one.py"),
    Case("star-directory", copy("*/one.py /out/"), A, "src/one.py"),
    Case("star-names-directory", copy("s* /out/"), A, "src/one.py|src/two.js|src/deep/three.py"),
    Case("star-star-is-one-part", copy("**/*.py /out/"), A, "src/one.py|lib/four.py", "src/one.py|src/deep/three.py|lib/four.py"),
    Case("question", copy("?.txt /out/"), A, "a.txt|b.txt"),
    Case("bracket", copy("[ab].txt /out/"), A, "a.txt|b.txt"),
    Case("bracket-range", copy("[b-z].txt /out/"), A, "b.txt"),
    Case("bracket-not", copy("[^a].txt /out/"), A, "b.txt"),
    Case("open-bracket", copy("[a.txt /out/"), A, None),
    Case("no-match", copy("*.rs /out/"), A, ""),
    Case("no-match-beside", copy("a.txt *.rs /out/"), A, "a.txt"),
    Case("star-in-missing", copy("nope/*.rs /out/"), A, None),
    Case("star-in-a-directory-without-a-match", copy("src/*.rs /out/"), A, None),
    Case("star-in-a-directory-that-something-else-sends", copy("src/*.rs src/one.py /out/"), A, "src/one.py"),
    Case("star-in-a-file", copy("a.txt/* /out/"), A, None),
    Case("star-hidden", copy("* /out/"), ".env|a|.x/b", ".env|a|.x/b"),
    Case("optional-lock", copy("package.json yarn.lock* /out/"), "package.json|x", "package.json"),
    Case("star-in-the-middle", copy("packages/*/package.json /out/"), "packages/p/package.json|packages/q/x|packages/q/node/package.json", "packages/p/package.json"),
    # links
    Case("link-itself", copy("link /out/"), "real|other|link -> real", "real"),
    Case("link-to-directory", copy("link /out/"), "real/a|other|link -> real", "real/a"),
    Case("through-link", copy("link/a /out/"), "real/a|real/b|link -> real", "real/a"),
    Case("link-in-directory", copy("dir /out/"), "dir/a|real|dir/link -> ../real", "dir/a|dir/link"),
    Case("link-to-directory-in-directory", copy("dir /out/"), "dir/a|real/b|dir/link -> ../real", "dir/a|dir/link"),
    Case("link-absolute", copy("link /out/"), "real/a|other|link -> /real/a", "real/a"),
    Case("link-above-the-top", copy("link /out/"), "real|other|link -> ../../../real", "real"),
    Case("link-to-link", copy("one /out/"), "real|other|one -> two|two -> real", "real"),
    Case("link-dangling", copy("link /out/"), "real|link -> nowhere", None),
    Case("link-circle", copy("one /out/"), "real|one -> two|two -> one", None),
    Case("link-by-wildcard", copy("l* /out/"), "real/a|other|link -> real", "real/a"),
    Case("link-in-the-middle-of-a-wildcard", copy("link/*.txt /out/"), "real/a.txt|real/b|link -> real", "real/a.txt"),
    Case("link-behind-a-wildcard", copy("*/a.txt /out/"), "real/a.txt|real/b|link -> real", "real/a.txt", "real/a.txt|real/b"),
    # ignore files
    Case("ignored-file", copy(". /out/"), A, "a.txt|c.md|src/one.py|src/two.js|src/deep/three.py|lib/four.py", ignore="b.txt\n.dockerignore\n"),
    Case("ignored-directory", copy(". /out/"), A, "a.txt|b.txt|c.md|lib/four.py", ignore="src\n.dockerignore\n"),
    Case("ignored-everywhere", copy(". /out/"), A, "a.txt|b.txt|c.md|src/two.js", ignore="**/*.py\n.dockerignore\n"),
    Case("ignored-is-anchored", copy(". /out/"), "x/a|a|b", "x/a|b", ignore="a\n.dockerignore\n"),
    Case("allow-list", copy(". /out/"), A, "src/one.py|src/two.js|src/deep/three.py", ignore="*\n!src\n"),
    Case("allow-list-below", copy(". /out/"), A, "src/deep/three.py", ignore="*\n!src/deep\n"),
    Case("allow-list-and-again", copy(". /out/"), A, "src/one.py|src/two.js", ignore="*\n!src\nsrc/deep\n"),
    Case("order-matters", copy(". /out/"), A, "", ignore="!src\n*\n"),
    Case("source-ignored", copy("src /out/"), A, None, ignore="src\n"),
    Case("source-in-ignored", copy("src/one.py /out/"), A, None, ignore="src\n"),
    Case("source-comes-back", copy("src/one.py /out/"), A, "src/one.py", ignore="src\n!src/one.py\n"),
    Case("directory-comes-back", copy("src /out/"), A, "src/one.py", ignore="src\n!src/one.py\n"),
    Case("wildcard-and-ignored", copy("*.txt /out/"), A, "a.txt", ignore="b.txt\n"),
    Case("wildcard-all-ignored", copy("*.txt /out/"), A, "", ignore="*.txt\n"),
    Case("link-to-ignored", copy("link /out/"), "real|other|link -> real", None, ignore="real\n"),
    Case("ignored-link", copy("link/a /out/"), "real/a|other|link -> real", None, ignore="link\n"),
    Case("everything-ignored", copy(". /out/"), A, "", ignore="*\n"),
    Case("double-star-comes-back", copy(". /out/"), A, "src/one.py|src/deep/three.py|lib/four.py", ignore="**\n!**/*.py\n"),
    Case("trailing-space-and-comment", copy(". /out/"), "a|b|# c", "a|# c", ignore="# c\nb   \n.dockerignore\n"),
    Case("slash-at-both-ends", copy(". /out/"), A, "a.txt|b.txt|c.md|lib/four.py", ignore="/src/\n.dockerignore\n"),
    # --exclude and --parents, which the frontends of older engines do not know
    Case("exclude", copy("--exclude=*.py src /out/"), A, "src/two.js|src/deep/three.py", "src/one.py|src/two.js|src/deep/three.py", labs=True),
    Case("exclude-everywhere", copy("--exclude=**/*.py . /out/"), A, "a.txt|b.txt|c.md|src/two.js", A, labs=True),
    Case("exclude-directory", copy("--exclude=deep src /out/"), A, "src/one.py|src/two.js", "src/one.py|src/two.js|src/deep/three.py", labs=True),
    Case("exclude-twice", copy("--exclude=deep --exclude=*.js src /out/"), A, "src/one.py", "src/one.py|src/two.js|src/deep/three.py", labs=True),
    Case("exclude-spares-the-source", copy("--exclude=*.txt *.txt c.md /out/"), A, "a.txt|b.txt|c.md", labs=True),
    Case("exclude-with-wildcard", copy("--exclude=*.py s* /out/"), A, "src/two.js|src/deep/three.py", "src/one.py|src/two.js|src/deep/three.py", labs=True),
    Case("exclude-but", copy("--exclude=* --exclude=!one.py src /out/"), A, "src/one.py", "src/one.py|src/two.js|src/deep/three.py", labs=True),
    Case("parents", copy("--parents src/deep/three.py /out/"), A, "src/deep/three.py", labs=True),
    Case("parents-directory", copy("--parents src /out/"), A, "src/one.py|src/two.js|src/deep/three.py", labs=True),
    Case("parents-pivot", copy("--parents src/./deep /out/"), A, "src/deep/three.py", labs=True),
    Case("parents-wildcard", copy("--parents */*.py /out/"), A, "src/one.py|lib/four.py", labs=True),
    Case("parents-star-star", copy("--parents **/*.py /out/"), A, "src/one.py|src/deep/three.py|lib/four.py", labs=True),
    Case("parents-missing", copy("--parents src/nope /out/"), A, None, labs=True, lenient=True),
    Case("parents-of-everything", copy("--parents . /out/"), A, None, labs=True, lenient=True),
    Case("parents-pivot-without-a-match", copy("--parents src/./*.rs /out/"), A, None, labs=True),
    Case("parents-pivot-is-a-link", copy("--parents link/./*.rs /out/"), "real/a|link -> real", None, labs=True),
    Case("parents-no-match", copy("--parents src/*.rs /out/"), A, "", labs=True),
    Case("parents-through-link", copy("--parents link/a /out/"), "real/a|real/b|link -> real", None, labs=True, lenient=True),
    Case("parents-exclude", copy("--parents --exclude=**/deep **/*.py /out/"), A, "src/one.py|lib/four.py", "src/one.py|src/deep/three.py|lib/four.py", labs=True),
    Case("parents-ignored", copy("--parents **/*.py /out/"), A, "src/one.py|lib/four.py", labs=True, ignore="src/deep\n"),
)  # fmt: skip

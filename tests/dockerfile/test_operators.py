"""Every operator of `${...}`, on a variable that is set, empty, or not there.

The values are those of the labels that BuildKit (Docker 26.1) gave an image of `FROM scratch` with `ENV set=a/b/b/c empty=`.
"""

import pytest

from bakehouse.dockerfile.lexer import Lexer, LexError

ENVIRONMENT = {"set": "a/b/b/c", "empty": ""}
VALUES = {  # what follows the name: value where it is set, empty, unset
    "": ("a/b/b/c", "", ""),
    ":-d": ("a/b/b/c", "d", "d"),
    "-d": ("a/b/b/c", "", "d"),
    ":+a": ("a", "", ""),
    "+a": ("a", "a", ""),
    "#*/": ("b/b/c", "", ""),
    "##*/": ("c", "", ""),
    "%/*": ("a/b/b", "", ""),
    "%%/*": ("a", "", ""),
    "/b/X": ("a/X/b/c", "", ""),
    "//b/X": ("a/X/X/c", "", ""),
    "/zz/X": ("a/b/b/c", "", ""),
    "#?": ("/b/b/c", "", ""),
    "%?": ("a/b/b/", "", ""),
    ":-$set": ("a/b/b/c", "a/b/b/c", "a/b/b/c"),
    "-${set}": ("a/b/b/c", "", "a/b/b/c"),
    ':+"q"': ("q", "", ""),
    ":?m": ("a/b/b/c", None, None),
    "?m": ("a/b/b/c", "", None),
}


@pytest.mark.parametrize("operator", VALUES)
def test_operators(operator):
    for name, value in zip(("set", "empty", "unset"), VALUES[operator], strict=True):
        word = f"${{{name}{operator}}}"
        if value is None:
            with pytest.raises(LexError, match="m"):
                Lexer("\\").expand(word, ENVIRONMENT)
        else:
            assert Lexer("\\").expand(word, ENVIRONMENT).text == value, word

"""What is native, emulated, impossible; names of one-platform tags."""

import pytest

from bakehouse.build.platforms import fit, tag_suffix

X86 = ("linux/amd64", "linux/amd64/v2", "linux/386", "linux/arm64")
ARM = ("linux/arm64*", "linux/arm/v7", "linux/arm/v6")


@pytest.mark.parametrize(
    ("nodes", "wanted", "emulated", "impossible"),
    [
        ([X86], ["linux/amd64"], (), ()),
        ([X86], ["linux/386"], (), ()),
        ([X86], ["linux/arm64/v8"], ("linux/arm64",), ()),
        ([X86], ["linux/amd64", "linux/s390x"], (), ("linux/s390x",)),
        ([X86, ARM], ["linux/amd64", "linux/arm64"], (), ()),
        ([ARM], ["linux/arm/v7"], (), ()),
        ([ARM], ["linux/amd64"], (), ("linux/amd64",)),
        ([], ["linux/amd64"], (), ()),
        ([X86], [], (), ()),
    ],
)
def test_fit(nodes, wanted, emulated, impossible):
    found = fit(nodes, wanted)
    assert (found.emulated, found.impossible) == (emulated, impossible)


def test_suffixes():
    assert [tag_suffix(p) for p in ("linux/amd64", "linux/arm64/v8", "linux/arm/v7", "windows/amd64")] == [
        "-amd64", "-arm64", "-arm-v7", "-windows-amd64"
    ]  # fmt: skip

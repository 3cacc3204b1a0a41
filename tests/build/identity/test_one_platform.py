"""A base for one platform only (`name::platform`) is part of the identity, or makes it unknowable."""

from bakehouse.build.identity.identify import ImageFacts

OTHER = "sha256:" + "e" * 64


def test_the_image_for_one_platform_counts(world):
    world.write({"Dockerfile": "FROM base:1\nRUN x\n"})
    plain = world.identity()
    mapped = {"base:1::linux/arm64": "docker-image://r/arm:1"}
    one = world.identity(contexts=mapped)
    assert one.digest != plain.digest
    world.images["r/arm:1"] = ImageFacts(digest=OTHER, onbuild=False)
    assert world.identity(contexts=mapped).digest != one.digest
    assert world.identity(contexts={"elsewhere:1::linux/arm64": "docker-image://r/arm:1"}).digest == plain.digest


def test_what_cannot_be_looked_into_is_never_reused(world):
    world.write({"Dockerfile": "FROM base:1\nRUN x\n", "dir/f": "1"})
    assert not world.identity(contexts={"base:1::linux/arm64": "dir"}).knowable
    world.images["r/arm:1"] = ImageFacts(digest=None, onbuild=None)
    assert not world.identity(contexts={"base:1::linux/arm64": "docker-image://r/arm:1"}).knowable

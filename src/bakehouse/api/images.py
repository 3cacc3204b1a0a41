"""Finding images wherever they lie: a service's last build, the engine, a registry, an archive, an OCI layout."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from bakehouse import api
from bakehouse.build import names
from bakehouse.config import Config
from bakehouse.dockerfile.meaning import interpret
from bakehouse.dockerfile.parser import parse
from bakehouse.errors import BakehouseError, DockerfileError, ImageError, RegistryError, UsageError
from bakehouse.image.archive import read_archive
from bakehouse.image.documents import ImageConfig, Manifest, read_json
from bakehouse.image.found import FoundImage, checked, choose
from bakehouse.image.kept import KeptFiles
from bakehouse.image.layer_tar import LayerContent, read_layer
from bakehouse.image.layout import is_layout, read_layout
from bakehouse.insight.layer_report import Recipe
from bakehouse.model.service import Service, Workspace
from bakehouse.tools import docker, registry
from bakehouse.tools.registry_stream import blob_chunks
from bakehouse.tools.run import Completed, failure, run, start
from bakehouse.workspace.discover import discover
from bakehouse.workspace.dockerfiles import MACHINE_PLATFORM, full_reference, inputs_of

SOURCES = ("auto", "engine", "registry")
_IN_TOTO = "application/vnd.in-toto+json"


@dataclass(frozen=True, slots=True)
class Place:
    """Where an argument's image lies: `kind` is stdin, layout, archive, engine or registry."""

    kind: str
    reference: str


@dataclass(slots=True)
class ImageFinder:
    """Reads the images that arguments name; what several of them share is read once.

    `recipes` fills with the Dockerfiles of services that were named; `kept` takes the contents that it wants.
    """

    root: Path
    source: str
    platform: str | None
    variant: str | None
    kept: KeptFiles | None = None
    recipes: dict[str, Recipe] = field(default_factory=dict)
    blobs: dict[str, LayerContent] = field(default_factory=dict)
    _workspace: tuple[Workspace, Config] | None = None

    def place(self, what: str) -> Place:
        """Where the image of one argument lies. Raises UsageError for what names none."""
        path = self.root / Path(what).expanduser()
        if what == "-":
            return Place("stdin", what)
        if is_layout(path):
            return Place("layout", what)
        if path.is_file():
            return Place("archive", what)
        service = self._service(what)
        if service is not None:
            return self._service_place(service)
        if path.is_dir():
            raise UsageError(
                f"{what} is a directory, and no OCI layout", hint="name an image, a service, or an archive of an image"
            )
        try:
            registry.parse(what)
        except RegistryError as error:
            raise UsageError(error.message, hint="name an image, a service, or an archive of an image") from None
        here = self.source == "engine" or (self.source == "auto" and _is_local(what))
        return Place("engine" if here else "registry", what)

    def images(self, place: Place, saved: Mapping[str, FoundImage]) -> tuple[FoundImage, ...]:
        """The images at a place; `saved` are those that the engine gave."""
        path = self.root / Path(place.reference).expanduser()
        match place.kind:
            case "stdin":
                return self._archive(sys.stdin.buffer.read, "standard input")
            case "layout":
                return (replace(read_layout(path, self.platform, kept=self.kept), name=place.reference),)
            case "archive":
                with path.open("rb") as opened:
                    return self._archive(opened.read, place.reference)
            case "engine":
                return (saved[place.reference],)
            case _:
                return (self._from_registry(place.reference),)

    def _archive(self, read: Callable[[int], bytes], name: str) -> tuple[FoundImage, ...]:
        return read_archive(_pieces(read), name, kept=self.kept).images(self.platform)

    def _service(self, what: str) -> Service | None:
        if "/" in what or ":" in what:
            return None
        if self._workspace is None:
            settings = api.config(self.root)
            self._workspace = discover(self.root, settings), settings
        return self._workspace[0].service(what)

    def _service_place(self, service: Service) -> Place:
        """Where the last build of a service is: in the engine, else in the registry."""
        assert self._workspace is not None
        settings = self._workspace[1]
        variant = self.variant or settings.build.variant
        local = names.tags(service, variant, settings, push=False)[0]
        pushed = names.tags(service, variant, settings, push=True)[0]
        if self.source != "registry" and _is_local(local):
            found = Place("engine", local)
        elif self.source == "engine" or registry.manifest_digest(pushed) is None:
            raise UsageError(
                f"{service.name} has no image: neither {local} here nor {pushed}",
                hint=f"build it first: bakehouse build {service.name}",
            )
        else:
            found = Place("registry", pushed)
        if service.dockerfile is not None:
            self._remember(found.reference, service, service.variants.get(variant, service.target))
        return found

    def _remember(self, name: str, service: Service, stage: str | None) -> None:
        """The Dockerfile of an image, for its lines; none where it is gone or refused."""
        assert service.dockerfile is not None
        try:
            tree = parse((self.root / service.dockerfile).read_bytes(), service.dockerfile)
        except OSError:
            return
        meaning = interpret(tree, inputs_of(service.args, service.contexts, stage))
        self.recipes[name] = Recipe(service.dockerfile, (meaning,))

    def recipe(self, dockerfile: str) -> Recipe:
        """A Dockerfile that was named: any of its stages may be the image. Raises DockerfileError."""
        try:
            tree = parse((self.root / dockerfile).read_bytes(), dockerfile)
        except OSError as error:
            raise DockerfileError(
                f"cannot be read: {error.strerror}", path=dockerfile, hint="correct --dockerfile"
            ) from None
        whole = interpret(tree, inputs_of(None))
        named = [stage.name for stage in reversed(whole.graph.stages[:-1]) if stage.name]
        return Recipe(dockerfile, (whole, *(interpret(tree, inputs_of(None, (), name)) for name in named)))

    def from_engine(self, references: Sequence[str]) -> dict[str, FoundImage]:
        """The engine's own images by reference, saved in one stream: what they share passes once."""
        if not references:
            return {}
        words: list[bytes] = []
        with start(docker.image_save(references)) as process:
            drained = process.drain(2, words.append)
            try:
                archive = read_archive(process.chunks(1, 1 << 18), references[0], kept=self.kept)
            except ImageError:
                if process.wait() == 0:
                    raise
            code = process.wait()
            drained.join()
        if code != 0:
            raise failure(Completed(process.argv, code, "", b"".join(words).decode("utf-8", "replace")))
        return _by_reference(references, archive.images(self.platform, "engine"))

    def _from_registry(self, reference: str) -> FoundImage:
        where = registry.parse(reference).name
        index = registry.manifest(reference)
        if index is None:
            hint = "correct the name, or build the image"
            raise UsageError(f"there is no image {reference}, neither here nor in its registry", hint=hint)
        manifest = read_json(index.body, Manifest, f"the manifest of {reference}")
        provenance = None
        if manifest.config is None:
            chosen = choose(manifest, self.platform or _default(manifest), reference)
            provenance = _provenance(where, manifest, chosen.digest)
            manifest = self._manifest(where, chosen.digest)
        if manifest.config is None:
            raise ImageError(f"{reference} has no image behind its index")
        config = read_json(
            registry.blob(where, manifest.config.digest), ImageConfig, f"the configuration of {reference}"
        )
        contents = tuple(self._blob(where, layer.digest, layer.size) for layer in manifest.layers)
        contents = checked(config, contents, reference)
        return FoundImage(reference, "registry", config, contents, compressed=True, provenance=provenance)

    def _manifest(self, where: str, digest: str) -> Manifest:
        found = registry.manifest(f"{where}@{digest}")
        if found is None:
            raise ImageError(f"{where} lacks {digest[:19]}, which its index names")
        return read_json(found.body, Manifest, f"a manifest of {where}")

    def _blob(self, where: str, digest: str, size: int) -> LayerContent:
        """A layer, read once however many images have it."""
        if digest not in self.blobs:
            self.blobs[digest] = read_layer(
                blob_chunks(where, digest), blob_bytes=size, expected=digest, kept=self.kept
            )
        return self.blobs[digest]


def _by_reference(references: Sequence[str], images: Sequence[FoundImage]) -> dict[str, FoundImage]:
    """The saved images by the references that were asked for. Raises ImageError where one is missing."""
    tagged = {full_reference(tag): image for image in images for tag in image.tags}
    if len(references) == 1:
        tagged.setdefault(full_reference(references[0]), images[0])
    for reference in references:
        if full_reference(reference) not in tagged:
            raise ImageError(f"the engine did not save {reference}", hint="name it by a tag: docker image ls")
    return {reference: replace(tagged[full_reference(reference)], name=reference) for reference in references}


def _pieces(read: Callable[[int], bytes]) -> Iterator[bytes]:
    while data := read(1 << 18):
        yield data


def _is_local(reference: str) -> bool:
    try:
        return run(docker.image_inspect((reference,)), check=False, timeout=30).returncode == 0
    except BakehouseError:
        return False


def _default(manifest: Manifest) -> str | None:
    """This machine's platform, where the index has it."""
    have = [str(d.platform) for d in manifest.manifests if d.platform and not d.is_attestation]
    return MACHINE_PLATFORM if any(platform.startswith(MACHINE_PLATFORM) for platform in have) else None


def _provenance(where: str, index: Manifest, digest: str) -> bytes | None:
    """BuildKit's provenance of one image of an index; None where there is none, or it cannot be read."""
    for found in index.manifests:
        if not found.is_attestation or (found.annotations or {}).get("vnd.docker.reference.digest") != digest:
            continue
        try:
            body = registry.manifest(f"{where}@{found.digest}")
            statements = read_json(body.body, Manifest, "an attestation").layers if body else ()
            for layer in statements:
                kind = (layer.annotations or {}).get("in-toto.io/predicate-type", "")
                if layer.media_type == _IN_TOTO and kind.startswith("https://slsa.dev/provenance"):
                    return registry.blob(where, layer.digest)
        except BakehouseError:
            return None
    return None

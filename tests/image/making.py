"""Layers and archives made on the spot, with the standard library's own writer."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import tarfile

from backports import zstd


def layer(*entries, kind=tarfile.USTAR_FORMAT) -> bytes:
    """A plain layer. An entry is "dir/", (path, content), (path, "->", target) / (path, "=", target), or from `entry`."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=kind) as tar:
        for entry in entries:
            if isinstance(entry, str):
                info = tarfile.TarInfo(entry.rstrip("/"))
                info.type = tarfile.DIRTYPE
                tar.addfile(info)
                continue
            if isinstance(entry[0], tarfile.TarInfo):
                tar.addfile(entry[0], io.BytesIO(entry[1]))
                continue
            info = tarfile.TarInfo(entry[0])
            if len(entry) == 3:
                info.type = tarfile.SYMTYPE if entry[1] == "->" else tarfile.LNKTYPE
                info.linkname = entry[2]
                tar.addfile(info)
                continue
            info.size = len(entry[1])
            tar.addfile(info, io.BytesIO(entry[1]))
    return out.getvalue()


def entry(path, content=b"", attributes=(), **facts):
    """An entry with any facts of a TarInfo (mode, uid, gid, type, linkname, ...); attributes need a PAX layer."""
    info = tarfile.TarInfo(path)
    info.size = len(content)
    for name, value in facts.items():
        setattr(info, name, value)
    info.pax_headers = {f"SCHILY.xattr.{name}": value.decode("utf-8", "surrogateescape") for name, value in attributes}
    return info, content


def digest(data: bytes) -> str:
    return "sha256:" + hashlib.sha256(data).hexdigest()


def pack(files: dict[str, bytes], links=()) -> bytes:
    return layer(*files.items(), *((name, "->", target) for name, target in links))


def config_of(layers, history=(), config=None) -> bytes:
    return json.dumps({
        "os": "linux", "architecture": "amd64", "rootfs": {"diff_ids": [digest(data) for data in layers]},
        "history": list(history), "config": config,
    }).encode()  # fmt: skip


def docker_archive(layers, tag="me/app:1", history=(), config=None) -> bytes:
    """As `docker image save` of older engines writes it: plain layers, manifest.json last."""
    config = config_of(layers, history, config)
    files = {f"{number}/layer.tar": data for number, data in enumerate(layers)}
    manifest = [{"Config": "config.json", "RepoTags": [tag], "Layers": list(files)}]
    return pack({**files, "config.json": config, "manifest.json": json.dumps(manifest).encode()})


def oci_files(layers, compress=gzip.compress, history=()) -> dict[str, bytes]:
    """The files of an OCI layout."""
    files: dict[str, bytes] = {}

    def add(data: bytes, kind: str) -> dict[str, object]:
        files["blobs/" + digest(data).replace(":", "/")] = data
        return {"digest": digest(data), "size": len(data), "mediaType": kind}

    described = [add(compress(data), "application/vnd.oci.image.layer.v1.tar") for data in layers]
    config = add(config_of(layers, history), "application/vnd.oci.image.config.v1+json")
    manifest = {"config": config, "layers": described}
    image = add(json.dumps(manifest).encode(), "application/vnd.oci.image.manifest.v1+json")
    image["platform"] = {"os": "linux", "architecture": "amd64"}
    attestation = {**add(b'{"layers": []}', "x"), "annotations": {"vnd.docker.reference.type": "attestation-manifest"}}
    files["index.json"] = json.dumps({"manifests": [attestation, image]}).encode()
    files["oci-layout"] = b'{"imageLayoutVersion":"1.0.0"}'
    return files


def zstandard(data: bytes) -> bytes:
    return zstd.compress(data)

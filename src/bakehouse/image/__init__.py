"""Images as data: manifests, configurations and layer archives go in as bytes, nouns come out.

Where the bytes come from (a registry, the engine, a file) is the caller's business; nothing here opens a connection
or runs a program, and nothing is ever unpacked to disk. What is read is hostile until proven: sizes, counts and
depths have limits, and a digest that somebody promised is checked.

Where to look: `chunks`, `decompress` (gzip, zstd) <- `layer_tar` (one layer) <- `archive` (docker save and OCI
archives, as a stream) and `layout` (an OCI directory); `documents` (their JSON); `found` (what all of them give);
`provenance` (the lines of a Dockerfile, where BuildKit recorded them). `kept` holds the few contents that are not
forgotten, `file_system` puts layers on each other, `packages/` reads the databases of package managers.
"""

"""The repository: a directory tree and the configuration go in, a `Workspace` and a `ServiceGraph` come out.

Reads files only; runs nothing. `discover.discover` finds, `graph.build_graph` connects.
"""

"""Documents into a vector index, and back by meaning."""

VERSION = "1.0.0"

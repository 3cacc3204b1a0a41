"""A hardened HTTP proxy for the crawler."""

VERSION = "1.0.0"

"""Quotes of B3 shares: generated feed, sinks and API."""

VERSION = "1.0.0"

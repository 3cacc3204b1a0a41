"""Decisions on trading signals by a graph of rules."""

VERSION = "1.0.0"

"""Signal ingestion of TP Capital."""

VERSION = "1.0.0"

"""A service's Dockerfile as the plan needs it: which stage, which images from elsewhere, which frontend."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from bakehouse.errors import DockerfileError, WorkspaceError
from bakehouse.model.service import Service

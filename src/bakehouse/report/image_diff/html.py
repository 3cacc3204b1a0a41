"""A comparison of two images as one HTML page: no network, no script; all that comes from the images is escaped."""

from __future__ import annotations

from functools import lru_cache
from importlib import resources

from jinja2 import Environment, StrictUndefined, Template
from markupsafe import Markup

from bakehouse.model.image_diff import ImageDiff
from bakehouse.report.image_diff import words


def render(diff: ImageDiff) -> str:
    """The page."""
    style = Markup(_resource("bakehouse.report.html", "style.css"))  # noqa: S704 - our own file
    return _template().render(diff=diff, words=words, changed=words.details(diff), style=style)


@lru_cache(maxsize=1)
def _template() -> Template:
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    rows = (words.config_row, words.package_row, words.cause_row)
    environment.filters |= {row.__name__: row for row in rows}
    return environment.from_string(_resource("bakehouse.report.image_diff", "page.html.j2"))


def _resource(package: str, name: str) -> str:
    return resources.files(package).joinpath(name).read_text("utf-8")

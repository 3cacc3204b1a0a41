"""bakehouse.toml: the cascade, and errors that name file, line and the nearest key."""

from __future__ import annotations

from pathlib import Path

import pytest

from bakehouse.config import json_schema, load, parse_size
from bakehouse.errors import ConfigError
from bakehouse.model.service import Kind


def config(root: Path, text: str, flags: dict[str, str] | None = None, env: dict[str, str] | None = None):
    (root / "bakehouse.toml").write_text(text)
    return load(root, flags, env or {})


def test_without_a_file_the_defaults_hold(tmp_path):
    root = tmp_path / "My Shop"
    root.mkdir()
    found = load(root, env={})
    assert (found.file, found.workspace.name, found.registry.namespace) == (None, "my-shop", "my-shop")
    assert (found.build.variant, found.cache.max_bytes, found.cache.keep_days) == ("prod", 10_000_000_000, 30)


def test_each_source_overrides_the_one_before(tmp_path):
    text = '[build]\nvariant = "file"\nconcurrency = 2\nplatforms = ["linux/amd64"]\n'
    env = {"BAKEHOUSE_BUILD_VARIANT": "env", "BAKEHOUSE_BUILD_CONCURRENCY": "3", "BAKEHOUSE_REGISTRY_PUSH": "true"}
    found = config(tmp_path, text, {"build.variant": "flag", "build.platforms": "a, b"}, env)
    assert found.build.variant == "flag"
    assert found.build.concurrency == 3
    assert found.build.platforms == ("a", "b")
    assert found.registry.push is True


def test_services_know_their_line(tmp_path):
    found = config(tmp_path, '# x\n\n[services."a b"]\nkind = "go"\nargs = { X = "1" }\n')
    assert found.services["a b"].kind is Kind.GO
    assert found.services["a b"].args == {"X": "1"}
    assert found.service_lines == {"a b": 3}


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ('[build]\nvarian = "x"\n', 2, "build.variant"),
        ("[build]\n\n[bulid]\n", 3, "build"),
        ('[services.api]\n\ncontxt = "x"\n', 3, "services.api.context"),
        ("[build\n", 1, "invalid TOML"),
        ('a = """\n[build]\n"""\n', 1, "unknown key a"),
        ('[cache]\nkeep_days = "x"\n', 2, "cache.keep_days"),
        ('[cache]\nmax_size = "ten"\n', 2, "not a size"),
        ('[cache]\nbackend = "s3"\n', 2, "cache.backend"),
        ('[services.api]\nkind = "foo"\n', 2, "services.api.kind"),
        ("build = 3\n", 1, "must be a table"),
    ],
)
def test_mistakes_are_told_with_their_line(tmp_path, text, line, said):
    with pytest.raises(ConfigError) as caught:
        config(tmp_path, text)
    assert (caught.value.path, caught.value.line) == ("bakehouse.toml", line)
    assert said in str(caught.value)
    assert caught.value.exit_code == 2


def test_unknown_variables_and_flags_name_the_nearest(tmp_path):
    with pytest.raises(ConfigError, match="BAKEHOUSE_CACHE_KEEP_DAYS"):
        load(tmp_path, env={"BAKEHOUSE_CACHE_KEEP_DAY": "3"})
    with pytest.raises(ConfigError, match=r"build\.variant"):
        load(tmp_path, {"build.varian": "x"}, env={})
    with pytest.raises(ConfigError, match="BAKEHOUSE_CACHE_KEEP_DAYS: 'x'"):
        load(tmp_path, env={"BAKEHOUSE_CACHE_KEEP_DAYS": "x"})


def test_file_that_is_not_text(tmp_path):
    (tmp_path / "bakehouse.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ConfigError, match="not UTF-8"):
        load(tmp_path, env={})


@pytest.mark.parametrize(
    ("text", "size"), [("10GB", 10**10), ("512MiB", 512 * 2**20), ("4096", 4096), ("1.5k", 1500), ("2 TiB", 2**41)]
)
def test_sizes(text, size):
    assert parse_size(text) == size


def test_schema_knows_every_section():
    definition = json_schema()["$defs"]["Document"]
    assert set(definition["properties"]) >= {"workspace", "build", "registry", "cache", "services"}
    assert definition["additionalProperties"] is False

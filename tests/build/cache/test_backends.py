"""Each back end's attributes, as BuildKit takes them, and what it needs of its environment."""

from pathlib import Path

import pytest

from bakehouse.build.cache.backends import CacheNames, attributes, missing_needs
from bakehouse.config import CacheSection

API = CacheNames(registry="localhost:5000", image="shop/api", target="api-dev", variant="dev")
WEB = CacheNames(registry="localhost:5000", image="shop/web", target="web-dev", variant="dev")


@pytest.mark.parametrize(
    ("cache", "source", "target"),
    [
        (
            CacheSection(backend="registry"),
            "type=registry,ref=localhost:5000/shop/api:buildcache-dev",
            "type=registry,ref=localhost:5000/shop/api:buildcache-dev,mode=max,image-manifest=true,oci-mediatypes=true,ignore-error=true",
        ),
        (
            CacheSection(backend="registry", ref="cache.example/team"),
            "type=registry,ref=cache.example/team/shop/api:buildcache-dev",
            "type=registry,ref=cache.example/team/shop/api:buildcache-dev,mode=max,image-manifest=true,oci-mediatypes=true,ignore-error=true",
        ),
        (
            CacheSection(backend="local"),
            "type=local,src=.bakehouse/cache/api-dev",
            "type=local,dest=.bakehouse/cache/api-dev,mode=max,ignore-error=true",
        ),
        (CacheSection(backend="inline"), "type=registry,ref=localhost:5000/shop/api:dev", "type=inline"),
        (CacheSection(backend="gha"), "type=gha,scope=api-dev", "type=gha,scope=api-dev,mode=max,ignore-error=true"),
        (
            CacheSection(backend="gha", ref="team/shop"),
            "type=gha,scope=team-shop-api-dev",
            "type=gha,scope=team-shop-api-dev,mode=max,ignore-error=true",
        ),
        (
            CacheSection(backend="s3", bucket="b", region="eu-west-1"),
            "type=s3,region=eu-west-1,bucket=b,name=api-dev",
            "type=s3,region=eu-west-1,bucket=b,name=api-dev,mode=max,ignore-error=true",
        ),
        (
            CacheSection(backend="s3", bucket="b", region="r", ref="shop/", endpoint="http://s3.example:9000"),
            "type=s3,region=r,bucket=b,name=api-dev,prefix=shop/,endpoint_url=http://s3.example:9000,use_path_style=true",
            "type=s3,region=r,bucket=b,name=api-dev,prefix=shop/,endpoint_url=http://s3.example:9000,use_path_style=true,mode=max,ignore-error=true",
        ),
    ],
)
def test_the_attributes_of_each_back_end(cache, source, target):
    found = attributes(cache, API)
    assert found.sources == (source,)
    assert found.targets == (target,)


def test_no_back_end_no_attributes():
    assert attributes(CacheSection(), API).sources == ()
    assert attributes(CacheSection(), API).targets == ()


def test_mode_min_is_said_and_inline_has_none():
    assert attributes(CacheSection(backend="local"), API, mode="min").targets[0].endswith(",mode=min,ignore-error=true")
    assert attributes(CacheSection(backend="inline"), API, mode="max").targets == ("type=inline",)


def test_caches_of_services_with_the_same_layers_are_read_after_the_own_one():
    found = attributes(CacheSection(backend="registry"), API, shared=(API, WEB, WEB))
    assert [s.rpartition("/")[2] for s in found.sources] == ["api:buildcache-dev", "web:buildcache-dev"]
    assert len(found.targets) == 1
    assert len(attributes(CacheSection(backend="registry", share=False), API, shared=(WEB,)).sources) == 1


def test_gha_says_which_variables_are_missing_and_where_they_come_from(tmp_path):
    cache = CacheSection(backend="gha")
    full = {"ACTIONS_RUNTIME_TOKEN": "t", "ACTIONS_RESULTS_URL": "https://x/"}
    assert missing_needs(cache, full, tmp_path) is None
    at_home = missing_needs(cache, {}, tmp_path)
    assert "only inside GitHub Actions" in at_home
    assert "ACTIONS_RUNTIME_TOKEN and ACTIONS_RESULTS_URL" in at_home
    in_run_step = missing_needs(cache, {"GITHUB_ACTIONS": "true", "ACTIONS_RESULTS_URL": "u"}, tmp_path)
    assert "needs ACTIONS_RUNTIME_TOKEN, which GitHub gives to actions" in in_run_step


def test_s3_wants_credentials_from_where_aws_keeps_them(tmp_path):
    cache = CacheSection(backend="s3", bucket="b", region="r")
    assert "AWS_ACCESS_KEY_ID" in missing_needs(cache, {}, tmp_path)
    assert missing_needs(cache, {"AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "s"}, tmp_path) is None
    assert missing_needs(cache, {"AWS_PROFILE": "team"}, tmp_path) is None
    (tmp_path / ".aws").mkdir()
    assert missing_needs(cache, {}, tmp_path) is None
    assert missing_needs(CacheSection(backend="registry"), {}, Path("/nowhere")) is None

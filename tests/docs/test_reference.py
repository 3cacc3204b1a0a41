"""The reference manual says what the program says: help texts, and the fields of every JSON object."""

import dataclasses
import importlib.util
from pathlib import Path

import pytest

from bakehouse.build.bases import BootstrapResult
from bakehouse.build.builder_apply import Applied
from bakehouse.build.builders import BuilderConfig, Retention
from bakehouse.build.diagnose import Check, Diagnosis
from bakehouse.model import (
    analysis,
    builder,
    cache,
    context,
    graph,
    image,
    image_diff,
    plan,
    platforms,
    record,
    service,
)

DOCS = Path(__file__).parents[2] / "docs"
NOUNS = (
    *(service.Workspace, service.Service, service.Library, service.Origin, service.Notice),
    *(graph.ServiceGraph, graph.Node, graph.Edge),
    *(context.ContextReport, context.ContextSource, context.ContextItem),
    *(context.IgnoreRuleUse, context.IgnoreProposal),
    *(image.LayersReport, image.ImageReport, image.ImageLayer),
    *(image.WastedPath, image.SharedLayer, image.DuplicateFile),
    *(image_diff.ImageDiff, image_diff.ImageSide, image_diff.CauseSum, image_diff.PathSum),
    *(image_diff.PackageChange, image_diff.ConfigChange, image_diff.FileChange, image_diff.FileFacts),
    *(plan.Plan, plan.Target, plan.Reused, plan.Secret, plan.Substitution),
    *(record.BuildRecord, record.TargetRecord, record.StepRecord),
    *(analysis.Analysis, analysis.CriticalPath, analysis.PathElement, analysis.CacheOutcome),
    *(builder.Builder, builder.BuilderNode, builder.GcRule, BuilderConfig, Retention, Applied),
    *(builder.BuilderHealth, builder.PoolUse, builder.NodeUse),
    *(cache.CacheStatus, cache.CacheSum, cache.CacheRecord, cache.CacheStore, cache.ModeChoice, cache.Pruned),
    *(cache.RegistryRetention, cache.RegistryEntry),
    *(platforms.PlatformReport, platforms.PlatformPlan, platforms.StageCost, platforms.CrossCompile),
    *(platforms.CompatibilityRun, Check, Diagnosis, BootstrapResult),
)


def test_the_command_line_reference_is_up_to_date():
    spec = importlib.util.spec_from_file_location("generate_cli", DOCS / "generate_cli.py")
    generator = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(generator)
    assert generator.OUTPUT.read_text() == generator.render(), "run: python docs/generate_cli.py"


def test_the_reference_of_rules_is_up_to_date():
    spec = importlib.util.spec_from_file_location("generate_rules", DOCS / "generate_rules.py")
    generator = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(generator)
    wanted = generator.render()
    assert {path: path.read_text() for path in wanted if path.exists()} == wanted, "run: python docs/generate_rules.py"
    assert set(generator.PAGES.glob("*.md")) <= wanted.keys()


@pytest.mark.parametrize("noun", NOUNS, ids=lambda n: n.__name__)
def test_every_field_of_every_json_object_is_documented(noun):
    text = (DOCS / "reference" / "json.md").read_text()
    heading = f"### {noun.__name__}\n"
    assert heading in text
    part = text.partition(heading)[2].partition("\n#")[0]
    missing = [f.name for f in dataclasses.fields(noun) if f"`{f.name}`" not in part]
    assert not missing

from pathlib import Path

from bakehouse.build import bake, names
from bakehouse.model.plan import Plan, Target


def test_a_push_goes_to_a_name_of_passage_and_the_printed_definition_does_not():
    target = Target(
        id="api", service="api", variant="prod", context=Path("/r"), dockerfile=Path("/r/Dockerfile"),
        tags=("localhost:5000/t/api:prod",),
    )  # fmt: skip
    plan = Plan(root=Path("/r"), targets=(target,))
    assert bake.definition(plan, push=True, staged=True)["target"]["api"]["tags"] == [
        "localhost:5000/t/api:pushing-prod"
    ]
    assert bake.definition(plan, push=True)["target"]["api"]["tags"] == ["localhost:5000/t/api:prod"]
    assert bake.definition(plan, staged=True)["target"]["api"]["tags"] == ["localhost:5000/t/api:prod"]


def test_a_long_tag_stays_a_tag():
    name = names.pushing_tag("localhost:5000/t/api:" + "x" * 128)
    assert len(name.rpartition(":")[2]) == 128

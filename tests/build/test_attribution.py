from bakehouse.build.attribution import blame, is_collateral, last_words
from bakehouse.model.progress import StepEvent, StepKind, StepName


def failed(target: str | None, error: str) -> StepEvent:
    name = StepName(raw="RUN x", kind=StepKind.RUN, target=target)
    return StepEvent(batch=1, vertex="sha256:1", name=name, error=error)


def test_a_cancelled_sibling_is_not_blamed():
    errors = [
        failed(
            "slow",
            'process "/bin/sh -c sleep 9" did not complete successfully: exit code: 137: context canceled',
        ),
        failed("bad", 'process "/bin/sh -c false" did not complete successfully: exit code: 1'),
    ]
    found = blame(("slow", "bad"), errors, "", 1)
    assert found.targets == {"bad"}
    assert "exit code: 1" in found.message


def test_out_of_memory_is_no_collateral():
    assert not is_collateral('process "/bin/sh -c make" did not complete successfully: exit code: 137')


def test_the_clients_words_name_the_target():
    words = "ERROR: target web: failed to solve: dockerfile parse error on line 3: unknown instruction: RUNN\n"
    found = blame(("api", "web"), [], words, 1)
    assert found.targets == {"web"}
    assert "unknown instruction" in found.message


def test_where_nothing_names_a_target_the_call_failed_for_all():
    found = blame(("api", "web"), [], "", 1)
    assert found.targets == {"api", "web"}
    assert "code 1" in found.message


def test_last_words_skip_the_source_excerpt():
    text = "Dockerfile:2\n--------------------\n   1 | FROM x\n   2 | >>> RUN false\n--------------------\nERROR: failed to solve: no\n"
    assert last_words(text) == "failed to solve: no"

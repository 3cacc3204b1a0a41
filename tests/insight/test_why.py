"""Why a step was executed: the nearest change is the cause."""

from bakehouse.insight.why import NOT_CACHED, causes
from bakehouse.model.identity import Change, ChangeKind, IngredientKind
from bakehouse.model.progress import StepKind
from bakehouse.model.record import Outcome, StepRecord

FILE = IngredientKind.FILE
INSTRUCTION = IngredientKind.INSTRUCTION


def step(stage: str, index: int, instruction: str, *, outcome: Outcome = Outcome.EXECUTED) -> StepRecord:
    line = 10 * index
    return StepRecord(
        target="app", platform="", stage=stage, index=index, total=9, instruction=instruction, kind=StepKind.RUN,
        outcome=outcome, batch=0, vertex=f"{stage}{index}", lines=(line, line + 1),
    )  # fmt: skip


def change(kind: IngredientKind, name: str, line: int | None = None, how: ChangeKind = ChangeKind.CHANGED) -> Change:
    return Change(how=how, kind=kind, name=name, place=f"Dockerfile:{line}" if line else "")


def told(steps, changes, *, known=True):
    return [found.cause for found in causes(steps, changes, known=known)]


def test_a_file_that_a_step_takes_comes_first_and_the_rest_follows():
    steps = [
        step("build", 2, "COPY src ./src"),
        step("build", 3, "RUN make"),
        step("prod", 4, "COPY --from=build /a /a"),
    ]
    changes = [change(FILE, "src/a.c", 20), change(FILE, "src/b.c", 21, ChangeKind.ADDED), change(FILE, "x", 90)]
    assert told(steps, changes) == [
        "it takes src/a.c and 1 more, which changed",
        "it follows step 2 of its stage, which was executed",
        "it takes files from stage build, which was executed in part",
    ]
    assert [c.name for c in causes(steps, changes)[0].changes] == ["src/a.c", "src/b.c"]


def test_instructions_bases_arguments():
    assert told([step("s", 2, "RUN x")], [change(INSTRUCTION, "00.1", 20)]) == ["the instruction changed"]
    assert told([step("s", 2, "RUN x")], [change(INSTRUCTION, "00.1", 20, ChangeKind.ADDED)]) == [
        "the instruction is new"
    ]
    assert told([step("s", 2, "RUN x")], [change(IngredientKind.BASE, "node:20")]) == [
        "the image node:20 is another one"
    ]
    assert told([step("s", 2, "RUN x")], [change(IngredientKind.ARG, "SOURCE_DATE_EPOCH")]) == [
        "arg SOURCE_DATE_EPOCH changed"
    ]
    assert told([step("s", 2, "RUN x")], [change(INSTRUCTION, "00.0", 5)]) == ["an instruction above it changed"]


def test_without_a_change_the_cache_did_not_have_it():
    assert told([step("s", 2, "RUN x")], []) == [NOT_CACHED]
    assert told([step("s", 2, "RUN x")], [], known=False) == ["no earlier run of it is recorded to compare with"]


def test_only_executed_instruction_steps_are_explained():
    steps = [step("s", 2, "RUN x", outcome=Outcome.CACHED), step("s", 3, "RUN y", outcome=Outcome.FAILED)]
    assert told(steps, []) == [NOT_CACHED]

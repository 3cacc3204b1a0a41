"""Control groups as files: what is read of them, and whose they are."""

import pytest

from bakehouse.build.step_memory import StepMemory
from bakehouse.model.progress import StepEvent, StepKind, StepName


def step(
    instruction: str, *, target: str | None = "api", done: bool = False, kind: StepKind = StepKind.RUN
) -> StepEvent:
    name = StepName(raw=instruction, kind=kind, target=target, instruction=instruction)
    return StepEvent(batch=1, vertex=instruction, name=name, started=1.0, completed=2.0 if done else None)


@pytest.fixture
def machine(tmp_path):
    """A control group with one process: command and memory.stat are given."""

    def make(
        *command: str, stat: str = "cache 900\ntotal_rss 500\n", place: str = "memory/docker/buildkit"
    ) -> StepMemory:
        group = tmp_path / "cgroup" / place / "abc"
        group.mkdir(parents=True, exist_ok=True)
        (group / "cgroup.procs").write_text("77\n78\n")
        (group / "memory.stat").write_text(stat)
        (tmp_path / "proc" / "77").mkdir(parents=True, exist_ok=True)
        (tmp_path / "proc" / "77" / "cmdline").write_bytes(b"\0".join(w.encode() for w in command) + b"\0")
        return StepMemory(tmp_path / "cgroup", tmp_path / "proc")

    return make


def test_the_step_is_known_by_its_command_whatever_its_flags_and_spaces(machine):
    memory = machine("/bin/sh", "-c", "npm  ci &&\n  npm test")
    memory.see(step("RUN --mount=type=cache,target=/root/.npm npm ci && npm test"), ("api", "web"))
    memory.look()
    assert memory.peak("api") == 500
    assert memory.peak("web") is None


def test_the_highest_counts_and_page_cache_does_not(machine, tmp_path):
    memory = machine("/bin/sh", "-c", "make", stat="anon 700\nfile 9000\n", place="docker/buildkit")
    memory.see(step("RUN make"), ("api",))
    memory.look()
    stat = tmp_path / "cgroup/docker/buildkit/abc/memory.stat"
    stat.write_text("anon 200\n")
    memory.look()
    assert memory.peak("api") == 700


def test_a_step_of_the_only_target_of_a_call_needs_no_name(machine):
    memory = machine("/bin/sh", "-c", "make")
    memory.see(step("RUN make", target=None), ("web",))
    memory.look()
    assert memory.peak("web") == 500


@pytest.mark.parametrize(
    "events",
    [
        [step("RUN make"), step("RUN make", done=True)],
        [step("RUN other")],
        [step("COPY make", kind=StepKind.COPY)],
        [step("RUN make", target=None)],
        [],
    ],
)
def test_nothing_is_guessed(machine, events):
    memory = machine("/bin/sh", "-c", "make")
    for event in events:
        memory.see(event, ("api", "web"))
    memory.look()
    assert memory.peak("api") is None


def test_where_there_are_no_groups_nothing_runs(tmp_path):
    memory = StepMemory(tmp_path / "none", tmp_path)
    memory.see(step("RUN make"), ("api",))
    memory.start()
    memory.look()
    memory.stop()
    assert memory.peak("api") is None

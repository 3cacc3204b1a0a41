"""The truth of identity: random edits of the example, each verdict compared with what a warm BuildKit does.

For each edit the identity of every target is computed and compared with the unedited one. Then the engine is asked
about one or two of them, with everything of the unedited tree in its cache: it executes a step, or makes another
image out of cached steps (other layers or another configuration; the history's wording does not count), or refuses, or
does nothing new. Wrong reuse: the identity is the same, yet the engine does something. False rebuild: another identity,
and nothing new. Goal: 0 and at most 2 %.
"""

import dataclasses
import json
import os
import random
import re
import select
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from bakehouse import api
from bakehouse.api.identity import identify_plan
from bakehouse.build.request import PlanRequest
from bakehouse.errors import BakehouseError
from bakehouse.model.plan import Plan, Verdict
from bench.identity_edits import Edits, RepeatedError

EXAMPLE = Path(__file__).resolve().parent.parent / "examples" / "tradingsystem"
EDITS_A_ROUND = 334
_STEP = re.compile(r"\[(?!.*internal\])[^\]]*\] (RUN|COPY|ADD|WORKDIR)\b")
_SETTLE_SECONDS = 1.0


@dataclasses.dataclass
class Counts:
    """What came out."""

    edits: int = 0
    checks: int = 0
    refused: int = 0
    lost: int = 0
    wrong: list[str] = dataclasses.field(default_factory=list)
    false: list[str] = dataclasses.field(default_factory=list)
    answers: Counter = dataclasses.field(default_factory=Counter)

    @property
    def false_share(self) -> float:
        return len(self.false) / self.checks if self.checks else 0.0


class Engine:
    """A warm BuildKit that is asked about one target at a time, and stopped as soon as its answer is clear.

    `unedited` is the plan of the unedited tree, each step of which is kept in the cache.
    """

    def __init__(self, place: Path, unedited: Plan) -> None:
        self.place = place
        self.unedited = unedited
        self.images: dict[str, str] = {}
        for target in unedited.to_build:
            self._warm(target.id)

    def _warm(self, target: str) -> None:
        answer, image = self._run(self.unedited, target, stop=False)
        if answer == "fails":
            raise SystemExit(f"the unedited {target} does not build")
        answer, image = self._run(self.unedited, target, stop=False)
        assert answer == "nothing", f"{target} is not cached after a build: {answer}"
        self.images[target] = image

    def lost(self, target: str) -> bool:
        """Whether the unedited target is not in the cache any more (somebody pruned it); then it is warmed again."""
        if self.ask(self.unedited, target) == "nothing":
            return False
        self._warm(target)
        return True

    def tidy(self) -> None:
        """Take the names of the comparison's images out of the engine's store."""
        names = [self._name(target) for target in self.images]
        subprocess.run(["docker", "image", "rm", "--force", *names], capture_output=True)

    def ask(self, plan: Plan, target: str) -> str:
        """`executes`, `another image`, `fails` or `nothing`."""
        answer, image = self._run(plan, target, stop=True)
        return "another image" if answer == "nothing" and image != self.images[target] else answer

    def _run(self, plan: Plan, target: str, *, stop: bool) -> tuple[str, str]:
        definition = json.loads(api.bake_text(plan))
        body = definition["target"][target]
        body["tags"], body["output"] = [], [f"type=image,name={self._name(target)}"]
        body.pop("cache-from", None), body.pop("cache-to", None)
        file = self.place / "bake.json"
        file.write_text(json.dumps(definition))
        command = ["docker", "buildx", "bake", "-f", str(file), "--progress", "rawjson", target]
        with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as process:
            try:
                executed = _watch(process, stop=stop)
            finally:
                process.kill()
        if executed:
            return "executes", ""
        return ("fails", "") if process.returncode != 0 else ("nothing", self._image(target))

    def _image(self, target: str) -> str:
        """What an image is apart from the wording of its history: layers, configuration, time."""
        command = ["docker", "image", "inspect", self._name(target)]
        found = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)[0]
        parts = ("Created", "Config", "RootFS", "Architecture", "Os")
        return json.dumps([found[part] for part in parts], sort_keys=True)

    def _name(self, target: str) -> str:
        return f"bakehouse-truth-{os.getpid()}/{target}"


def _watch(process: subprocess.Popen, *, stop: bool) -> bool:
    """Read the progress stream; whether a step was executed. With `stop`, no longer than it takes to know."""
    assert process.stderr is not None
    decoder, text, vertexes, since = json.JSONDecoder(), "", {}, None
    while True:
        ready, _, _ = select.select([process.stderr], [], [], 0.1)
        if ready:
            data = os.read(process.stderr.fileno(), 65536)
            if not data:
                process.wait()
                return any(v.get("completed") and not v.get("cached") and not v.get("error") for v in vertexes.values())
            text += data.decode("utf-8", "replace")
            while text.lstrip().startswith("{"):
                try:
                    value, end = decoder.raw_decode(text.lstrip())
                except ValueError:
                    break
                text = text.lstrip()[end:]
                for vertex in value.get("vertexes") or ():
                    if _STEP.match(vertex.get("name", "")):
                        vertexes[vertex["digest"]] = vertex
        busy = [v for v in vertexes.values() if v.get("started") and not v.get("cached") and not v.get("error")]
        since = (since or time.monotonic()) if busy else None
        if stop and since is not None and time.monotonic() - since > _SETTLE_SECONDS:
            return True


def run(edits: int, seed: int = 1, *, progress: bool = True) -> Counts:
    """Make so many edits and compare; needs the bases of the example (scripts/with-bases)."""
    counts = Counts()
    with tempfile.TemporaryDirectory() as place:
        root = Path(place) / "example"
        shutil.copytree(EXAMPLE, root, symlinks=True, ignore=shutil.ignore_patterns(".bakehouse"))
        pristine = Path(place) / "pristine"
        shutil.copytree(root, pristine, symlinks=True)
        unedited = Path(place) / "unedited"
        shutil.copytree(root, unedited, symlinks=True)
        before = {t: i.digest for t, i in identify_plan(_plan(root)).items()}
        engine = Engine(Path(place), _plan(unedited))
        maker, choice = Edits(root, seed), random.Random(seed)
        while counts.edits < edits:
            _restore(root, pristine)
            try:
                told = maker.make()
            except RepeatedError:
                continue
            counts.edits += 1
            _compare(root, told, before=before, engine=engine, counts=counts, choice=choice)
            if progress and counts.edits % 20 == 0:
                print(f"{counts.edits}: {len(counts.wrong)} wrong, {len(counts.false)} false of {counts.checks}",
                      file=sys.stderr, flush=True)  # fmt: skip
        engine.tidy()
    return counts


def _compare(
    root: Path, told: str, *, before: dict[str, str], engine: Engine, counts: Counts, choice: random.Random
) -> None:
    try:
        plan = _plan(root)
        after = {t: i.digest for t, i in identify_plan(plan).items()}
    except BakehouseError:
        counts.refused += 1  # nothing is reused where the plan itself says no
        return
    buildable = [t.id for t in plan.to_build if t.id in before]
    changed = [t for t in buildable if after[t] != before[t]]
    same = [t for t in buildable if after[t] == before[t]]
    for target in ([choice.choice(changed)] if changed else []) + ([choice.choice(same)] if same else []):
        answer = engine.ask(plan, target)
        if answer != "nothing" and target in same and engine.lost(target):
            counts.lost += 1  # it says nothing of the edit
            continue
        counts.checks += 1
        counts.answers[answer] += 1
        if target in same and answer != "nothing":
            counts.wrong.append(f"{target}: {told}: {answer}")
            print(f"WRONG REUSE {counts.wrong[-1]}", file=sys.stderr, flush=True)
        if target in changed and answer == "nothing":
            counts.false.append(f"{target}: {told}")
            print(f"false rebuild {counts.false[-1]}", file=sys.stderr, flush=True)


def _plan(root: Path) -> Plan:
    plan = api.draft(root, PlanRequest())  # before verdicts: no image that exists hides a target
    targets = tuple(t for t in plan.targets if t.verdict is Verdict.BUILD)
    return dataclasses.replace(plan, targets=targets)


def _restore(root: Path, pristine: Path) -> None:
    """The unedited tree again, with modes and times; our state stays."""
    for path in root.iterdir():
        if path.name == ".bakehouse":
            continue
        if path.is_dir() and not path.is_symlink():
            _remove(path)
        else:
            path.unlink()
    shutil.copytree(pristine, root, symlinks=True, dirs_exist_ok=True)


def _remove(directory: Path) -> None:
    for where, names, _ in os.walk(directory):
        for name in names:
            path = Path(where) / name
            if not path.is_symlink():
                path.chmod(0o755)
    shutil.rmtree(directory)


def measure(rounds: int) -> str:
    """About 334 edits a round, so that the default of three rounds makes a thousand."""
    counts = run(EDITS_A_ROUND * rounds)
    lines = [
        f"{counts.edits} random edits, {counts.checks} verdicts compared with a warm BuildKit "
        f"({', '.join(f'{n} times {a}' for a, n in counts.answers.most_common())}; {counts.refused} edits that the "
        f"plan refuses; {counts.lost} verdicts left out, because the cache had been pruned meanwhile)",
        "",
        f"- wrong reuse: **{len(counts.wrong)}** (goal: 0)",
        f"- false rebuilds: **{len(counts.false)}** = {counts.false_share:.1%} (goal: at most 2 %)",
    ]
    lines += [f"  - WRONG {told}" for told in counts.wrong] + [f"  - {told}" for told in counts.false]
    return "\n".join(lines) + "\n"

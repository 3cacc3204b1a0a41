"""Kill -9 at random moments of a build with push: history readable, nothing half-tagged, the next build right.

A small fleet (a shared base, two services built from it, one that is not) whose images carry the number of the round,
so that every tag can be checked against what it must hold.
"""

import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
import uuid
from pathlib import Path

from bakehouse.build import identity_record
from bakehouse.tools import registry
from bakehouse.tools.registry_http import call

BAKEHOUSE = str(Path(sys.executable).with_name("bakehouse"))
SERVICES = ("base", "one", "two", "other")
LONGEST_SECONDS = 8.0


class Fleet:
    """The workspace and what its images must be."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.name = f"kills{uuid.uuid4().hex[:10]}"
        self.identities: dict[str, int] = {}  # identity -> round whose content it stands for
        self.checked: set[str] = set()  # identity tags found whole and right

    def write(self, number: int) -> None:
        """The sources of a round."""
        start = f"FROM debian:trixie-slim\nENV ROUND={number}\n"
        files = {
            "base/Dockerfile": f"{start}RUN echo base {self.name} > /base\n",
            "one/Dockerfile": f"FROM common\nENV ROUND={number}\nRUN sleep 0.5\n",
            "two/Dockerfile": f"FROM common\nENV ROUND={number}\nRUN sleep 1\n",
            "other/Dockerfile": f"{start}RUN echo {self.name} && sleep 1\n",
            "bakehouse.toml": f'[workspace]\nname = "{self.name}"\n'
            '[services.one]\ncontexts = { common = "service:base" }\n'
            '[services.two]\ncontexts = { common = "service:base" }\n',
        }
        for path, text in files.items():
            (self.root / path).parent.mkdir(exist_ok=True)
            (self.root / path).write_text(text)
        for target in self.json("plan", "--push", "--no-reuse")["targets"]:
            self.identities[target["identity"]] = number

    def command(self, *arguments: str) -> list[str]:
        return [BAKEHOUSE, *arguments, "-C", str(self.root)]

    def json(self, *arguments: str) -> dict:
        done = subprocess.run(self.command(*arguments, "--json"), capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def check_tags(self) -> int:
        """Every identity tag names a whole image of its own round; every release tag a whole image. How many tags.

        An identity tag that was right once is looked at again at the end only: nobody writes it twice.
        """
        count = 0
        for service in SERVICES:
            repository = f"localhost:5000/{self.name}/{service}"
            for tag in _tags(repository):
                if tag.startswith("pushing-"):
                    continue  # the name of passage may hold anything
                count += 1
                if tag.startswith("id-") and f"{repository}:{tag}" in self.checked:
                    continue
                content = registry.manifest(f"{repository}:{tag}")
                assert content is not None, f"{repository}:{tag} points at nothing"
                if tag.startswith("id-"):
                    record = identity_record.read(content)
                    image = registry.manifest(f"{repository}@{record.image}")
                    assert image is not None, f"{tag} names an image that is not there"
                    assert _round(repository, image) == self.identities[record.identity], f"{tag} holds another round"
                    self.checked.add(f"{repository}:{tag}")
                else:
                    _round(repository, content)
        return count

    def check_release(self, number: int) -> None:
        """All release tags hold the content of a round."""
        for service in SERVICES:
            repository = f"localhost:5000/{self.name}/{service}"
            image = registry.manifest(f"{repository}:prod")
            assert image is not None and _round(repository, image) == number, f"{service}:prod is not of round {number}"


def measure(kills: int) -> str:
    """Kill so many builds; a sentence with what was found. AssertionError names what was wrong."""
    print(f"{kills} kills", file=sys.stderr, flush=True)
    counts = {"killed": 0, "finished before": 0}
    with tempfile.TemporaryDirectory() as place:
        fleet = Fleet(Path(place))
        chance = random.Random(20261124)
        number = 0
        while counts["killed"] < kills:
            number += 1
            fleet.write(number)
            died = _kill_after(fleet, chance.uniform(0.05, LONGEST_SECONDS))
            counts["killed" if died else "finished before"] += 1
            fleet.check_tags()
            history = fleet.json("history")["runs"]
            assert all(run["status"] in ("ok", "interrupted", "running") for run in history)
            done = subprocess.run(fleet.command("build", "--push", "-q"), capture_output=True, text=True)
            assert done.returncode == 0, done.stderr
            fleet.check_release(number)
            tags = fleet.check_tags()
            if number % 10 == 0:
                print(f"  {number}: {counts}, {tags} tags checked", file=sys.stderr, flush=True)
        fleet.checked.clear()
        fleet.check_tags()
    finished = counts["finished before"]
    return (
        f"{counts['killed']} builds killed at random moments ({finished} more had finished before): history readable "
        "each time, no tag half made, the next build right each time\n"
    )


def _kill_after(fleet: Fleet, seconds: float) -> bool:
    """Start a build and kill bakehouse alone, as the kernel would; whether it was still at work."""
    process = subprocess.Popen(
        fleet.command("build", "--push", "-q"), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and process.poll() is None:
        time.sleep(0.01)
    alive = process.poll() is None
    if alive:
        os.kill(process.pid, signal.SIGKILL)
    process.wait()
    return alive


def _tags(repository: str) -> list[str]:
    answer = call(registry.parse(repository), "tags/list")
    return list((json.loads(answer.body).get("tags") or ()) if answer else ())


def _round(repository: str, image: registry.Manifest) -> int:
    """The round an image says it was made in; everything on the way must be there."""
    document = image.json()
    if "manifests" in document:
        (digest,) = identity_record.platforms(document).values()
        child = registry.manifest(f"{repository}@{digest}")
        assert child is not None, f"{digest} is not there"
        document = child.json()
    for layer in document["layers"]:
        answer = call(registry.parse(repository), f"blobs/{layer['digest']}", method="HEAD")
        assert answer is not None, f"layer {layer['digest']} is not there"
    config = json.loads(registry.blob(repository, document["config"]["digest"]))
    return int(next(v for v in config["config"]["Env"] if v.startswith("ROUND=")).removeprefix("ROUND="))

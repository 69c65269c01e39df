"""`python -m tests.corpus [--json] DIR`: exits with 1 if anything is wrong, 2 if there is nothing."""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from tests.corpus.judgement import judge
from tests.corpus.report import report


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="corpus", description="Judge replay and stop reasons by a folder.")
    parser.add_argument("folder", metavar="DIR", type=Path)
    parser.add_argument("--json", action="store_true", dest="as_json", help="print one JSON document")
    asked = parser.parse_args(arguments)
    if not asked.folder.is_dir():
        parser.error(f"{asked.folder} is not a folder")
    judged = judge(asked.folder)
    if not judged.pieces and not judged.reasons:
        parser.error(f"{asked.folder} holds neither events nor stop reasons")
    if asked.as_json:
        sys.stdout.write(json.dumps(judged.document(), indent=2) + "\n")
    else:
        report(judged)
    return 1 if judged.wrong else 0


if __name__ == "__main__":
    sys.exit(main())

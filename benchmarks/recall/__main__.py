"""How many known bugs of public repositories torchlint finds.

    python -m benchmarks.recall CLONES [--kind reported] [--missed]

CLONES is a folder of git clones named owner+name (or owner+name/repo). `labels.jsonl` holds the bugs, one a line. Those
of the kind `reported` were told in an issue or mended in a pull request of their repository; those of the kind `read`
were found by reading repositories of `benchmarks.precision`, most of them of its batches 6, 11, 13 and 14. Both were
written down by readers who had not seen what torchlint says.

A bug counts as found if a finding of its class, or what the finding shows beside (the softmax and the loss), lies
within six lines of one of its `places`: the ends of its story at which a report is as good. What a class is stands in
`CLASSES`.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from benchmarks.precision.__main__ import Place, lay_out, lint

LABELS = Path(__file__).parent / "labels.jsonl"
TOLERANCE = 6

#: the rules of each class of bugs
CLASSES = {
    "gradients not cleared": ("TLN101", "TLN102", "TLN303"),
    "softmax before a loss": ("TLN201", "TLN202", "TLN203"),
    "train and eval mode": ("TLN301", "TLN302", "TLN303"),
    "dropout always on": ("TLN304",),
    "views": ("TLN401", "TLN402"),
    "low precision": ("TLN501", "TLN502"),
    "broadcast": ("TLN205", "TLN403"),
    "unregistered": ("TLN601", "TLN602"),
    "requires_grad": ("TLN604",),
    "discarded result": ("TLN605",),
    "kept state_dict": ("TLN606",),
}


class Spot(NamedTuple):
    """A place that a finding of a rule names."""

    rule: str
    path: str
    cell: int | None
    line: int


def spots(folder: Path, findings: list[dict]) -> Iterator[Spot]:
    for finding in findings:
        for place in (finding, *finding["related"]):
            path = Path(place["filename"]).resolve().relative_to(folder.resolve()).as_posix()
            yield Spot(finding["code"], path, place["cell"], place["location"]["row"])


def is_found(label: dict, named: list[Spot]) -> bool:
    return any(
        spot.rule in CLASSES[label["class"]]
        and (spot.path, spot.cell) == (place["path"], place["cell"])
        and abs(spot.line - place["line"]) <= TOLERANCE
        for spot in named
        for place in label["places"]
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("clones", type=Path)
    with LABELS.open(encoding="utf-8") as lines:
        labels = [json.loads(line) for line in lines]
    parser.add_argument("--kind", choices=sorted({label["kind"] for label in labels}), help="only labels of this kind")
    parser.add_argument("--missed", action="store_true", help="list the bugs that were not found")
    options = parser.parse_args()
    labels = [label for label in labels if options.kind in (None, label["kind"])]
    named: dict[tuple[str, str], list[Spot]] = {}
    absent = []
    for repository, commit in sorted({(label["repository"], label["commit"]) for label in labels}):
        with tempfile.TemporaryDirectory() as folder:
            laid = Path(folder) / "tree"
            laid.mkdir()
            if lay_out(options.clones, repository, commit, laid):
                named[repository, commit] = list(spots(laid, lint(laid, ())))
                print(f"\r{len(named)} repositories", end="", file=sys.stderr)
            else:
                absent.append(repository)
    print(file=sys.stderr)
    found: Counter[tuple[str, str]] = Counter()
    asked: Counter[tuple[str, str]] = Counter()
    for label in labels:
        here = named.get((label["repository"], label["commit"]))
        if here is None:
            continue
        key = label["kind"], label["class"]
        asked[key] += 1
        found[key] += is_found(label, here)
        if options.missed and not is_found(label, here):
            place = Place(label["repository"], rule=label["class"], **label["places"][0])
            print(f"{place}  {label['why']}")
    for kind in sorted({kind for kind, _ in asked}):
        classes = [key for key in asked if key[0] == kind]
        for key in sorted(classes):
            print(f"{kind:10}{key[1]:24}{found[key]:4} of {asked[key]:3}")
        print(f"{kind:10}{'all':24}{sum(found[k] for k in classes):4} of {sum(asked[k] for k in classes):3}")
    if absent:
        print(f"absent: {', '.join(absent)}", file=sys.stderr)


if __name__ == "__main__":
    main()

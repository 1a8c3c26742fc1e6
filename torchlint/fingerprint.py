"""What a finding is known by from run to run, though the lines above it come and go.

It is the code, the file and the text of the line, whose white space does not count. Where the same code is found in
several equal lines of a file, they are counted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from torchlint.findings import Finding, Location


class Identity(NamedTuple):
    code: str
    file: str
    line: str


def identify(finding: Finding, file: str, line: str | None) -> Identity:
    return Identity(finding.code, file, " ".join((line or "").split()))


def fingerprints(
    findings: Iterable[Finding], file_of: Callable[[str], str], line_of: Callable[[Location], str | None]
) -> Iterator[str]:
    """A short text for each finding, different for each."""
    import hashlib

    seen: Counter[Identity] = Counter()
    for finding in findings:
        identity = identify(finding, file_of(finding.location.path), line_of(finding.location))
        whole = "\0".join((*identity, str(seen[identity])))
        seen[identity] += 1
        yield hashlib.sha256(whole.encode("utf-8", "surrogatepass")).hexdigest()[:32]

"""How often each code was found, instead of the findings themselves."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from typing import TextIO

from torchlint.findings import Finding


def render(findings: Sequence[Finding], out: TextIO, output_format: str) -> None:
    counts = Counter((finding.code, finding.name) for finding in findings)
    rows = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    if output_format == "json":
        json.dump([{"code": code, "name": name, "count": count} for (code, name), count in rows], out, indent=2)
        out.write("\n")
        return
    width = len(str(rows[0][1])) if rows else 0
    for (code, name), count in rows:
        out.write(f"{count:>{width}}  {code}  {name}\n")

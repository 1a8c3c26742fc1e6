"""How often each code was found."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from typing import TextIO

from torchlint.findings import Finding

#: Formats of which the counts take the place. The others are made for programs that know no counts: there, the report
#: is written as ever, and the counts go to standard error.
REPLACED = ("full", "concise", "grouped", "json", "json-lines")


def render(findings: Sequence[Finding], out: TextIO, output_format: str) -> None:
    counts = Counter((finding.code, finding.name) for finding in findings)
    rows = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    objects = [{"code": code, "name": name, "count": count} for (code, name), count in rows]
    if output_format == "json":
        out.write(json.dumps(objects, indent=2) + "\n")
    elif output_format == "json-lines":
        out.writelines(json.dumps(counted) + "\n" for counted in objects)
    else:
        width = len(str(rows[0][1])) if rows else 0
        out.writelines(f"{count:>{width}}  {code}  {name}\n" for (code, name), count in rows)

"""The objects of `json`, one per line, for programs that read a stream."""

from __future__ import annotations

import json
from typing import TextIO

from torchlint.output import Report
from torchlint.output.json import as_dict


def render(report: Report, out: TextIO) -> None:
    for finding in report.findings:
        out.write(json.dumps(as_dict(finding)) + "\n")

"""A baseline: the findings of a day, in a file, so that from then on only new ones are reported.

An entry holds the file, the code and the text of the line, not its number: it still fits when lines above come and go.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from torchlint.atomic import write_atomically
from torchlint.config import ConfigError
from torchlint.findings import Finding
from torchlint.fingerprint import Identity, identify
from torchlint.texts import Texts

VERSION = 1


def write_baseline(file: Path, findings: Iterable[Finding], texts: Texts) -> None:
    """Write a baseline. Raises `ConfigError`."""
    counts = Counter(_identity(finding, file, texts) for finding in findings)
    entries = [
        {"file": identity.file, "code": identity.code, "line": identity.line, "count": count}
        for identity, count in sorted(counts.items(), key=lambda item: (item[0].file, item[0].code, item[0].line))
    ]
    data = json.dumps({"torchlint-baseline": VERSION, "findings": entries}, indent=1) + "\n"
    try:
        write_atomically(file, data.encode())
    except OSError as error:
        raise ConfigError(f"{file}: cannot be written: {error.strerror}") from None


def without_baseline(file: Path, findings: Iterable[Finding], texts: Texts) -> list[Finding]:
    """The findings that are not in a baseline. Raises `ConfigError`."""
    known = _read(file)
    new = []
    for finding in findings:
        identity = _identity(finding, file, texts)
        if known[identity]:
            known[identity] -= 1
        else:
            new.append(finding)
    return new


def _identity(finding: Finding, file: Path, texts: Texts) -> Identity:
    # seen from the baseline's folder, so that it fits wherever the command is run
    path = Path(os.path.relpath(finding.location.path, file.parent)).as_posix()
    return identify(finding, path, texts.line(finding.location))


def _read(file: Path) -> Counter[Identity]:
    try:
        whole = json.loads(file.read_bytes())
        if whole["torchlint-baseline"] != VERSION:
            raise ConfigError(f"{file}: a baseline of another version of torchlint; write it anew")
        return Counter(
            {
                Identity(str(entry["code"]), str(entry["file"]), str(entry["line"])): int(entry["count"])
                for entry in whole["findings"]
            }
        )
    except OSError as error:
        raise ConfigError(f"{file}: cannot be read: {error.strerror}") from None
    except (ValueError, KeyError, TypeError, RecursionError):
        raise ConfigError(f"{file}: this is no baseline; --write-baseline makes one") from None

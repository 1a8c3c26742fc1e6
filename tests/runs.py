"""Logs of runs as a guard writes them, made up."""

from __future__ import annotations

import json
import math
import random
from pathlib import Path
from typing import Any

#: what must do no harm in a page
HOSTILE = "</script><script>document.title = 'hurt'</script>"

LAYERS = [f"blocks.{block}.{part}" for block in range(3) for part in ("attention", "mlp")]


def head(**changes: Any) -> dict[str, Any]:
    return {
        "kind": "run", "schema": "torchlint-run", "version": 1, "torchlint": "0.1.0", "torch": "2.13.0",
        "started": "2026-01-02T03:04:05+00:00", "every": 100, "rank": None, **changes,
    }  # fmt: skip


def step(number: int, **changes: Any) -> dict[str, Any]:
    loss = 0.2 + 2.2 * math.exp(-number / 100) + random.Random(number).gauss(0, 0.05)
    return {
        "kind": "step", "step": number, "optimizer": "SGD", "loss": loss, "gradient_norm": 1.5,
        "learning_rate": 0.01, **changes,
    }  # fmt: skip


def finding(number: int, code: str = "TLN503", severity: str = "error", **changes: Any) -> dict[str, Any]:
    return {
        "kind": "finding", "code": code, "name": "non-finite", "severity": severity, "step": number, "rank": None,
        "module": "blocks.1.mlp", "line": "train.py:41", "message": f"found by {code}", "help": "look there",
        "evidence": {"operation": "softmax"}, "url": f"https://torchlint.readthedocs.io/rules/{code}", **changes,
    }  # fmt: skip


def layers(number: int) -> dict[str, Any]:
    chance = random.Random(number)
    numbers = {
        path: {"update_ratio": 10 ** chance.gauss(-3, 0.3), "gradient_norm": 0.0 if place == 0 else 0.1, "dead": 0.2}
        for place, path in enumerate(LAYERS)
    }
    return {"kind": "layers", "step": number, "layers": numbers}


def run(steps: int = 300) -> list[dict[str, Any]]:
    """A run with a warning on the way and an error at its end."""
    rows = [
        head(),
        {"kind": "models", "models": {"Net": 123456}},
        {"kind": "loss", "name": "cross entropy", "guessing": math.log(10)},
    ]
    for number in range(steps):
        rows.append(step(number, **({"loss": "nan", "gradient_norm": "inf"} if number == steps - 1 else {})))
        if number % 100 == 0:
            rows.append(layers(number))
        if number == steps // 2:
            rows.append(finding(number, "TLN505", "warning", message=HOSTILE, module=HOSTILE, name="dead-units"))
    rows += [finding(steps - 1), {"kind": "end", "steps": steps, "seconds": 75.0, "error": "GuardError"}]
    return rows


def write(path: Path, rows: list[dict[str, Any]]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path

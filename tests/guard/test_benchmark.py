"""The benchmark of the guard's cost still runs."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

BENCHMARK = Path(__file__).parents[2] / "benchmarks" / "guard_overhead.py"


def test_the_benchmark_measures_each_contender(tmp_path: Path) -> None:
    figures = tmp_path / "figures.json"
    command = [sys.executable, str(BENCHMARK), "--only", "mlp", "--rounds", "1", "--steps", "1", "--json", str(figures)]
    subprocess.run([*command, "--memory-rounds", "0"], check=True, capture_output=True, text=True)
    mlp = json.loads(figures.read_text(encoding="utf-8"))["workloads"]["mlp"]
    assert {"plain again", "guard", "isfinite hooks", "anomaly mode"} <= set(mlp["ratios"])
    assert mlp["guard_self_us"] > 0

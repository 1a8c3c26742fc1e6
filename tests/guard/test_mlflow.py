"""What MLflow itself has of what the guard has told."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from torch import nn

import torchlint

mlflow = pytest.importorskip("mlflow")


@pytest.fixture(autouse=True)
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # a folder needs no database; newer versions want to be told that it is meant
    monkeypatch.setenv("MLFLOW_ALLOW_FILE_STORE", "true")
    mlflow.set_tracking_uri((tmp_path / "store").as_uri())


def train(steps: int) -> list[float]:
    from torchlint.integrations.mlflow import MLflow

    model = nn.Linear(8, 3)
    optimizer = torch.optim.SGD(model.parameters(), 0.05)
    losses = []
    with torchlint.guard(model, observers=[MLflow()], action="record"):
        for _ in range(steps):
            loss = F.cross_entropy(model(torch.randn(16, 8)), torch.randint(3, (16,)))
            losses.append(loss.item())
            # never cleared
            loss.backward()
            optimizer.step()
    return losses


def test_metrics_and_findings() -> None:
    with mlflow.start_run() as run:
        losses = train(12)
    client: Any = mlflow.tracking.MlflowClient()
    history = client.get_metric_history(run.info.run_id, "guard/loss/SGD")
    assert [metric.step for metric in history] == list(range(12))
    assert [metric.value for metric in history] == pytest.approx(losses)
    tags = client.get_run(run.info.run_id).data.tags
    assert tags["torchlint.TLN101"].startswith("step 3: ") and tags["torchlint.steps"] == "12"


def test_a_run_must_be_active() -> None:
    with pytest.raises(ValueError, match="MLflow: no run is active"):
        train(1)

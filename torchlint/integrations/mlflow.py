"""What a guard sees, in a run of MLflow.

```python
with mlflow.start_run(), torchlint.guard(model, observers=[MLflow()]):
    ...
```
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

from torchlint.runtime.findings import RuntimeFinding
from torchlint.runtime.observers import Observer, Run
from torchlint.runtime.recorder import StepRecord

if TYPE_CHECKING:
    from mlflow.tracking import MlflowClient

#: what MLflow takes at once
BATCH = 1000

_STEP = ("loss", "gradient_norm", "learning_rate")


class MLflow(Observer):
    """Logs loss, gradient norm and learning rate of each step as metrics, and findings as tags, to the active run.

    A block of steps is one request. The numbers of layers are left out: they would be hundreds of metrics.
    """

    def __init__(self) -> None:
        try:
            from mlflow.tracking import MlflowClient
        except ModuleNotFoundError as error:
            raise ImportError(f"MLflow() needs {error.name}: pip install mlflow") from error
        self._client: MlflowClient = MlflowClient()
        self._run = ""

    def __str__(self) -> str:
        return "MLflow"

    def start(self, run: Run) -> None:
        import mlflow

        active = mlflow.active_run()
        if active is None:
            raise ValueError("MLflow: no run is active; call mlflow.start_run() before the guarded block")
        self._run = active.info.run_id

    def steps(self, records: Sequence[StepRecord]) -> None:
        from mlflow.entities import Metric

        now = int(1000 * time.time())
        metrics = [
            Metric(f"guard/{key}/{record.optimizer}", value, now, record.step)
            for record in records
            for key in _STEP
            if (value := getattr(record, key)) is not None
        ]
        for start in range(0, len(metrics), BATCH):
            self._client.log_batch(self._run, metrics=metrics[start : start + BATCH])

    def finding(self, finding: RuntimeFinding) -> None:
        self._client.set_tag(self._run, f"torchlint.{finding.code}", f"step {finding.step}: {finding.message}"[:500])

    def end(self, steps: int, error: str | None) -> None:
        self._client.set_tag(self._run, "torchlint.steps", str(steps))

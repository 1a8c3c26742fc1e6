"""What TensorBoard itself reads of what the guard has written."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from torch import nn

import torchlint
from torchlint.integrations.tensorboard import TensorBoard

pytest.importorskip("tensorboard")


def train(observer: TensorBoard, steps: int = 12) -> list[float]:
    model = nn.Sequential(nn.Linear(8, 16), nn.ReLU(), nn.Linear(16, 3))
    optimizer = torch.optim.SGD(model.parameters(), 0.05)
    losses = []
    with torchlint.guard(model, observers=[observer], action="record"):
        for _ in range(steps):
            loss = F.cross_entropy(model(torch.randn(16, 8)), torch.randint(3, (16,)))
            losses.append(loss.item())
            # never cleared
            loss.backward()
            optimizer.step()
    return losses


def read(folder: Path) -> Any:
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    events = EventAccumulator(str(folder))
    events.Reload()
    return events


def test_scalars_and_findings(tmp_path: Path) -> None:
    losses = train(TensorBoard(tmp_path / "runs"))
    events = read(tmp_path / "runs")
    scalars = events.Scalars("guard/loss/SGD")
    assert [scalar.step for scalar in scalars] == list(range(12))
    assert [scalar.value for scalar in scalars] == pytest.approx(losses)
    assert events.Scalars("guard/learning_rate/SGD")[0].value == pytest.approx(0.05)
    assert {"update_ratio/0", "gradient_norm/2", "dead/0"} <= set(events.Tags()["scalars"])
    [tag] = [tag for tag in events.Tags()["tensors"] if tag.startswith("findings")]
    assert b"TLN101" in events.Tensors(tag)[0].tensor_proto.string_val[0]


def test_a_writer_of_the_users_own_stays_open(tmp_path: Path) -> None:
    from torch.utils.tensorboard import SummaryWriter

    writer = SummaryWriter(str(tmp_path / "own"))
    train(TensorBoard(writer))
    writer.add_scalar("mine", 1.0, 0)
    writer.close()
    assert {"mine", "guard/loss/SGD"} <= set(read(tmp_path / "own").Tags()["scalars"])


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ValueError, match=r"TensorBoard: .*file.* can't be written"):
        torchlint.guard(nn.Linear(1, 1), observers=[TensorBoard(tmp_path / "file" / "runs")]).start()

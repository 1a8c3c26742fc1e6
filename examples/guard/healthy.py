"""A classifier of noisy waves, trained as it should be: the guard has nothing to say."""

import torch
from torch import nn

import torchlint

torch.manual_seed(0)


def waves(count):
    kind = torch.randint(0, 3, (count,))
    time = torch.linspace(0, 6.28, 64)
    signal = torch.sin(time * (1 + kind[:, None]) + 6.28 * torch.rand(count, 1))
    return (signal + 0.3 * torch.randn(count, 64)).unsqueeze(1), kind


model = nn.Sequential(
    nn.Conv1d(1, 16, 7, padding=3),
    nn.BatchNorm1d(16),
    nn.ReLU(),
    nn.AdaptiveAvgPool1d(8),
    nn.Flatten(),
    nn.Dropout(0.2),
    nn.Linear(16 * 8, 3),
)
optimizer = torch.optim.AdamW(model.parameters(), lr=3e-3)
schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, 150)
criterion = nn.CrossEntropyLoss()

with torchlint.guard(model) as guard:
    for _ in range(150):
        x, kind = waves(64)
        optimizer.zero_grad()
        loss = criterion(model(x), kind)
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        schedule.step()
    model.eval()
    correct = 0
    with torch.no_grad():
        for _ in range(5):
            x, kind = waves(200)
            correct += (model(x).argmax(1) == kind).sum().item()

print(f"accuracy: {correct / 1000:.3f}")
print(guard.summary())

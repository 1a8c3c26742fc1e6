import torch
from torch import nn

torch.manual_seed(7)
model = nn.Sequential(nn.Linear(20, 64), nn.ReLU(), nn.Dropout(p=0.5), nn.Linear(64, 5))
criterion = nn.CrossEntropyLoss()
optimizer = torch.optim.RMSprop(model.parameters(), lr=1e-3)
train_data = [(torch.randn(10, 20), torch.randint(0, 5, (10,))) for _ in range(12)]
valid_data = train_data[:3]

best = 0
for epoch in range(3):
    model.train()
    for features, labels in train_data:
        optimizer.zero_grad()
        loss = criterion(model(features), labels)
        loss.backward()
        optimizer.step()

    model.eval()
    with torch.no_grad():
        hits = sum((model(f).argmax(1) == y).sum().item() for f, y in valid_data)
    best = max(best, hits)
    print(f"epoch {epoch}: {hits} right, best {best}")

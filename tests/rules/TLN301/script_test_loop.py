import torch
import torch.nn as nn

torch.manual_seed(3)
train_set = [(torch.randn(20, 9), torch.randint(0, 2, (20,))) for _ in range(15)]
test_set = [(torch.randn(20, 9), torch.randint(0, 2, (20,))) for _ in range(5)]

model = nn.Sequential(nn.Linear(9, 40), nn.BatchNorm1d(40), nn.ReLU(), nn.Dropout(0.3), nn.Linear(40, 2))
criterion = nn.CrossEntropyLoss()
optimizer = torch.optim.Adam(model.parameters(), lr=2e-3)

for epoch in range(4):
    model.train()
    for x, y in train_set:
        optimizer.zero_grad()
        loss = criterion(model(x), y)
        loss.backward()
        optimizer.step()

    test_loss = 0.0
    with torch.no_grad():
        for x, y in test_set:
            out = model(x)  # TLN301
            test_loss += criterion(out, y).item()
    print(f"epoch {epoch}: test loss {test_loss / len(test_set):.4f}")

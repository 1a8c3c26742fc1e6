import torch
import torch.nn as nn


class Fusion(nn.Module):
    def __init__(self):
        super().__init__()
        self.audio = nn.Sequential(nn.Linear(20, 16), nn.ReLU(), nn.Dropout(0.1))
        self.video = nn.Sequential(nn.Linear(30, 16), nn.ReLU(), nn.Dropout(0.1))
        self.out = nn.Linear(32, 7)

    def forward(self, a, v):
        return self.out(torch.cat([self.audio(a), self.video(v)], dim=1))


def validate(val_loader, model, criterion):
    model.train()
    losses = []
    with torch.no_grad():
        for a, v, mood in val_loader:
            output = model(a, v)  # TLN301
            losses.append(criterion(output, mood).item())
    return sum(losses) / len(losses)


def train(train_loader, model, criterion, optimizer):
    model.train()
    for a, v, mood in train_loader:
        loss = criterion(model(a, v), mood)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()


clips = [(torch.randn(4, 20), torch.randn(4, 30), torch.randint(0, 7, (4,))) for _ in range(5)]
fusion = Fusion()
opt = torch.optim.Adam(fusion.parameters())
for epoch in range(2):
    train(clips, fusion, nn.CrossEntropyLoss(), opt)
    print(validate(clips, fusion, nn.CrossEntropyLoss()))

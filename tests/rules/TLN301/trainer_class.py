import torch
from torch import nn


class GestureModel(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv1d(8, 16, 3, padding=1)
        self.norm = nn.BatchNorm1d(16)
        self.fc = nn.Linear(16, 5)

    def forward(self, x):
        return self.fc(self.norm(self.conv(x)).relu().mean(-1))


class Trainer:
    def __init__(self, lr=0.01):
        self.model = GestureModel()
        self.criterion = nn.CrossEntropyLoss()
        self.optimizer = torch.optim.Adam(self.model.parameters(), lr=lr)

    def fit(self, train_data, val_data, epochs=2):
        for epoch in range(epochs):
            self.model.train()
            for x, y in train_data:
                self.optimizer.zero_grad()
                loss = self.criterion(self.model(x), y)
                loss.backward()
                self.optimizer.step()
            print(epoch, self.validate(val_data))

    def validate(self, val_data):
        hits = 0
        for x, y in val_data:
            with torch.no_grad():
                scores = self.model(x)  # TLN301
            hits += int((scores.argmax(1) == y).sum())
        return hits


samples = [(torch.randn(6, 8, 30), torch.randint(0, 5, (6,))) for _ in range(4)]
Trainer().fit(samples, samples[:2])

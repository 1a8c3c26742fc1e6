import torch
from torch import nn

from trainer import Trainer


def main():
    model = nn.Sequential(nn.Linear(10, 16), nn.ReLU(), nn.Linear(16, 3))
    optimizer = torch.optim.Adagrad(model.parameters(), lr=0.02)
    batches = [(torch.randn(8, 10), torch.randint(0, 3, (8,))) for _ in range(5)]
    Trainer(model, optimizer, nn.CrossEntropyLoss()).fit(batches, epochs=2)


if __name__ == "__main__":
    main()

import torch
from torch import nn
from trainer import Trainer


def main():
    model = nn.Sequential(nn.Linear(4, 4), nn.Dropout(0.5), nn.Linear(4, 2))
    trainer = Trainer((model,), torch.load("loaders.pt"), phases=1)
    trainer.optimizer = torch.optim.Adam(model.parameters())
    trainer.correct = 0
    trainer.run(10, 2)


if __name__ == "__main__":
    main()

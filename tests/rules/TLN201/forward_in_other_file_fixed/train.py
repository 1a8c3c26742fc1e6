import torch
from torch import nn

from nets import TextCNN


def main():
    model = TextCNN(vocab=1000, classes=4)
    model.train()
    criterion = nn.CrossEntropyLoss()
    optimizer = torch.optim.Adam(model.parameters())
    for _ in range(5):
        ids, topic = torch.randint(0, 1000, (8, 20)), torch.randint(0, 4, (8,))
        optimizer.zero_grad()
        loss = criterion(model(ids), topic)
        loss.backward()
        optimizer.step()


if __name__ == "__main__":
    main()

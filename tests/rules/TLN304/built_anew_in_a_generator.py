import torch
from torch import nn


class Net(nn.Module):
    def __init__(self, dropout):
        super().__init__()
        self.dropout = dropout
        self.body, self.head = nn.Linear(64, 64), nn.Linear(64, 64)

    def forward(self, x):
        for layer in (self.body, self.head):
            drop = nn.Dropout(p=self.dropout)
            x = drop(torch.relu(layer(x)))  # TLN304
        return x


def generate_from_model(model, start, length):
    out = [start]
    with torch.no_grad():
        for _ in range(length):
            scores = model(nn.functional.one_hot(out[-1], 64).float())
            out.append(torch.multinomial(torch.softmax(scores, -1), 1)[0])
    return out


def train(net, loader):
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    for _ in range(10):
        net.train()
        for x, y in loader:
            optimizer.zero_grad()
            nn.functional.cross_entropy(net(x), y).backward()
            optimizer.step()
        print(generate_from_model(net, torch.tensor(0), 20))


train(Net(0.5), torch.load("train.pt"))

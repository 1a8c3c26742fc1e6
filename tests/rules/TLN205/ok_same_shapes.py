import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.utils.data import DataLoader, TensorDataset

inputs, targets = torch.randn(500, 8), torch.randn(500)
net = nn.Sequential(nn.Linear(8, 16), nn.ReLU(), nn.Linear(16, 1))
flat = nn.Sequential(nn.Linear(8, 1), nn.Flatten(0))


class Squeezed(nn.Module):
    def __init__(self):
        super().__init__()
        self.head = nn.Linear(8, 1)

    def forward(self, x):
        return self.head(x).squeeze(-1)


def fit(model, loader, optimizer):
    for x, y in loader:
        loss = F.mse_loss(net(x), y.unsqueeze(1)) + F.mse_loss(net(x).squeeze(1), y) + F.mse_loss(model(x), y)
        loss = loss + F.mse_loss(net(x), y.view(-1, 1)) + F.mse_loss(net(x)[:, 0], y) + F.mse_loss(flat(x), y)
        loss = loss + F.mse_loss(net(x).flatten(), y) + F.mse_loss(net(x).view(-1), y)
        loss.backward()
        optimizer.step()


fit(Squeezed(), DataLoader(TensorDataset(inputs, targets), batch_size=32), None)
print(F.mse_loss(net(inputs), torch.randn(500, 1)), nn.MSELoss()(net(inputs), inputs[:, :1]))


def learn(online, target, states, actions, rewards, following, gamma):
    values = online(states).gather(1, actions.unsqueeze(1))
    best = target(following).max(1)[0]
    loss = F.smooth_l1_loss(values.squeeze(1), rewards + gamma * best)
    loss = loss + F.smooth_l1_loss(values, (rewards + gamma * best).unsqueeze(1))
    loss = loss + F.smooth_l1_loss(values, rewards.view(-1, 1) + gamma * target(following).max(1, keepdim=True)[0])
    return loss + F.mse_loss(values, rewards.unsqueeze(1) + gamma * best.view(-1, 1))


def unknown(model, loader):
    for x, y in loader:
        print(F.mse_loss(model(x), y), F.mse_loss(net(x), y))

import torch
from torch import nn, optim


def main():
    bandit_net = nn.Sequential(nn.Linear(6, 24), nn.ReLU(), nn.Linear(24, 3))
    opt = optim.Adam(bandit_net.parameters(), lr=1e-2)
    for episode in range(300):
        state = torch.rand(1, 6)
        q = bandit_net(state)
        arm = int(q.argmax())
        reward = torch.tensor(float(state[0, arm] > 0.5))
        loss = (q[0, arm] - reward) ** 2
        opt.zero_grad()
        loss.backward()
        opt.step()


main()

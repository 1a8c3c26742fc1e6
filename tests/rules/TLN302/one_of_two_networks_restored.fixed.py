"""An actor and a critic; after the test only the critic wakes up again."""
import torch
from torch import nn


def net(out):
    return nn.Sequential(nn.Linear(8, 32), nn.Dropout(0.1), nn.ReLU(), nn.Linear(32, out))


actor, critic = net(2), net(1)
opt = torch.optim.Adam([*actor.parameters(), *critic.parameters()], lr=1e-3)


def demo():
    with torch.no_grad():
        return actor(torch.randn(1, 8)).argmax(1).item()


actor.train()
critic.train()
for update in range(40):
    s, a, g = torch.randn(16, 8), torch.randint(0, 2, (16,)), torch.randn(16)
    value = critic(s).squeeze(1)
    logp = actor(s).log_softmax(1).gather(1, a[:, None]).squeeze(1)
    loss = (-(g - value.detach()) * logp + (g - value) ** 2).mean()
    opt.zero_grad()
    loss.backward()
    opt.step()
    if update % 10 == 0:
        actor.eval()
        critic.eval()
        print(update, demo())
        actor.train()
        critic.train()

import torch
from torch import nn


class Policy(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(10, 32), nn.Dropout(0.2), nn.Tanh(), nn.Linear(32, 2))

    def set_training_mode(self, mode: bool) -> None:
        self.train(mode)

    def forward(self, obs):
        return self.net(obs)


class Agent:
    def __init__(self):
        self.policy = Policy()
        self.opt = torch.optim.Adam(self.policy.parameters())

    def learn(self, batches):
        self.policy.set_training_mode(True)
        for obs, act in batches:
            loss = nn.functional.cross_entropy(self.policy(obs), act)
            self.opt.zero_grad()
            loss.backward()
            self.opt.step()

    def test(self, batches):
        self.policy.set_training_mode(True)
        agree = []
        with torch.no_grad():
            for obs, act in batches:
                agree.append((self.policy(obs).argmax(1) == act).float().mean())  # TLN301
        return torch.stack(agree).mean().item()


demo = [(torch.randn(5, 10), torch.randint(0, 2, (5,))) for _ in range(4)]
agent = Agent()
agent.learn(demo)
print(agent.test(demo))

import torch
import torch.nn as nn
import torch.nn.functional as F


class ActorCritic(nn.Module):
    def __init__(self):
        super().__init__()
        self.shared = nn.Linear(8, 32)
        self.actor = nn.Linear(32, 4)
        self.critic = nn.Linear(32, 1)

    def forward(self, s):
        h = F.relu(self.shared(s))
        return F.softmax(self.actor(h), dim=-1), self.critic(h)


def imitate(net, states, expert, opt):
    """Behaviour cloning on the same network: the log is taken by hand."""
    pi, _ = net(states)
    loss = -torch.log(pi.gather(1, expert[:, None]) + 1e-8).mean()
    opt.zero_grad()
    loss.backward()
    opt.step()


def act(net, s):
    pi, value = net(s)
    dist = torch.distributions.Categorical(probs=pi)
    a = dist.sample()
    return a, dist.log_prob(a), value

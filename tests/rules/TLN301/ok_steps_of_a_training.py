# Detached answers in one step of a training, and actions that an agent samples while it learns.
import torch
from torch import nn


class Policy(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(nn.Linear(4, 16), nn.Dropout(0.1), nn.Linear(16, 2))

    def forward(self, state):
        return self.body(state)

    def sample_action(self, state):
        return torch.distributions.Categorical(logits=self.body(state)).sample()


class Relativistic:
    def __init__(self):
        self.critic = nn.Sequential(nn.Conv2d(3, 8, 3), nn.BatchNorm2d(8), nn.Flatten(), nn.LazyLinear(1))
        self.generator = nn.Conv2d(3, 3, 3, padding=1)
        self.critic_optimizer = torch.optim.Adam(self.critic.parameters())
        self.generator_optimizer = torch.optim.Adam(self.generator.parameters())
        self.loss = nn.BCEWithLogitsLoss()

    def step(self, low, high):
        made = self.generator(low)
        real = self.critic(high).detach()
        loss = self.loss(self.critic(made) - real.mean(), torch.ones_like(real))
        self.generator_optimizer.zero_grad()
        loss.backward()
        self.generator_optimizer.step()
        self.critic_optimizer.zero_grad()
        fake = self.critic(made).detach()
        loss = self.loss(self.critic(high) - fake.mean(), torch.ones_like(fake))
        loss.backward()
        self.critic_optimizer.step()


class Agent:
    def __init__(self):
        self.policy = Policy()
        self.policy.train()
        self.optimizer = torch.optim.Adam(self.policy.parameters())

    def update(self, samples):
        for states, next_states in samples:
            with torch.no_grad():
                actions = self.policy.sample_action(next_states)
            loss = self.loss_of(states, actions)
            self.optimizer.zero_grad()
            loss.backward()
            self.optimizer.step()

    def loss_of(self, states, actions):
        return nn.functional.cross_entropy(self.policy(states), actions)

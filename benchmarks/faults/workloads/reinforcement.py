"""Agents that learn from what they do: losses of either sign, targets that move."""

from __future__ import annotations

import copy

import torch
import torch.nn.functional as F
from torch import nn

from .. import models
from ..program import Program
from ..registry import workload


class Corridor:
    """Many walkers on a line at once, each rewarded for standing near a goal that it sees."""

    def __init__(self, walkers: int = 16) -> None:
        self.place = torch.zeros(walkers)
        self.goal = torch.empty(walkers).uniform_(-1, 1)

    def observe(self) -> torch.Tensor:
        return torch.stack([self.place, self.goal], 1)

    def step(self, action: torch.Tensor) -> torch.Tensor:
        self.place = (self.place + 0.2 * (action - 1)).clamp(-1.5, 1.5)
        return -(self.place - self.goal).abs()


class Agent(Program):
    lr = 1e-2
    horizon = 8

    def build(self):
        self.rewards: list[float] = []
        self.model = self.make_model()
        self.optimizer = self.make_optimizer()

    def make_model(self):
        return models.mlp(2, 3)

    def roll(self):
        """Observations, actions and returns of one episode of all walkers."""
        world, seen, actions, rewards = Corridor(), [], [], []
        for _time in range(self.horizon):
            seen.append(world.observe())
            with torch.no_grad():
                chances = self.policy(seen[-1]).softmax(1)
            actions.append(torch.multinomial(chances, 1).squeeze(1))
            rewards.append(world.step(actions[-1].float()))
        returns = torch.stack(rewards).flip(0).cumsum(0).flip(0)
        self.rewards.append(float(returns[0].mean()))
        return torch.cat(seen), torch.cat(actions), returns.flatten()

    def policy(self, seen):
        return self.model(seen)

    def batch(self):
        return self.roll()

    def evaluate(self):
        with torch.no_grad():
            self.policy(Corridor().observe())

    def progress(self):
        return [-reward for reward in self.rewards]


@workload
class Reinforce(Agent):
    """Policy gradient: a loss without a fixed sign. The policy acts in train mode under no_grad, and has no dropout."""

    def loss(self, seen, actions, returns):
        log_chance = F.log_softmax(self.model(seen), 1).gather(1, actions[:, None]).squeeze(1)
        return -(log_chance * (returns - returns.mean()) / (returns.std() + 1e-6)).mean()


class ActorCritic(nn.Module):
    def __init__(self):
        super().__init__()
        self.trunk = nn.Sequential(nn.Linear(2, 32), nn.Tanh())
        self.actor = nn.Linear(32, 3)
        self.critic = nn.Linear(32, 1)

    def forward(self, seen):
        hidden = self.trunk(seen)
        return self.actor(hidden), self.critic(hidden).squeeze(1)


@workload
class Ppo(Agent):
    """Clipped ratios over several passes, with a value and an entropy term."""

    pace = 3

    def make_model(self):
        return ActorCritic()

    def policy(self, seen):
        return self.model(seen)[0]

    def iteration(self):
        seen, actions, returns = self.roll()
        with torch.no_grad():
            logits, value = self.model(seen)
            before = torch.distributions.Categorical(logits=logits).log_prob(actions)
            advantage = returns - value
            advantage = (advantage - advantage.mean()) / (advantage.std() + 1e-6)
        for _pass in range(3):
            logits, value = self.model(seen)
            policy = torch.distributions.Categorical(logits=logits)
            ratio = (policy.log_prob(actions) - before).exp()
            gain = torch.min(ratio * advantage, ratio.clamp(0.8, 1.2) * advantage).mean()
            loss = -gain + 0.5 * F.mse_loss(value, returns) - 0.01 * policy.entropy().mean()
            self.clear()
            self.backward(loss)
            nn.utils.clip_grad_norm_(self.model.parameters(), 0.5)
            self.update()
        self.log(loss)


@workload
class Dqn(Agent):
    """A target network, a replay memory, the Huber loss."""

    lr = 3e-3

    def build(self):
        super().build()
        self.target = copy.deepcopy(self.model).requires_grad_(False)
        self.memory: list[tuple[torch.Tensor, ...]] = []

    def act(self):
        world, total = Corridor(), 0.0
        for _time in range(self.horizon):
            seen = world.observe()
            with torch.no_grad():
                best = self.model(seen).argmax(1)
            explore = torch.rand(len(best)) < 0.2
            action = torch.where(explore, torch.randint(3, best.shape), best)
            reward = world.step(action.float())
            total += float(reward.mean())
            self.memory.append((seen, action, reward, world.observe()))
        self.memory = self.memory[-64:]
        self.rewards.append(total)

    def batch(self):
        self.act()
        chosen = torch.randint(len(self.memory), (8,)).tolist()
        return tuple(torch.cat(parts) for parts in zip(*(self.memory[index] for index in chosen)))

    def future(self, after):
        return self.target(after).amax(1)

    def criterion(self, output, target):
        return F.smooth_l1_loss(output, target)

    def loss(self, seen, action, reward, after):
        value = self.model(seen).gather(1, action[:, None]).squeeze(1)
        with torch.no_grad():
            wanted = reward + 0.8 * self.future(after)
        return self.criterion(value, wanted)

    def validate(self):
        self.target.load_state_dict(self.model.state_dict())


@workload
class DeterministicPolicy(Agent):
    """DDPG: the actor's loss runs through the critic; two optimizers, soft target updates."""

    def build(self):
        self.rewards = []
        self.model = nn.Sequential(models.mlp(2, 1), nn.Tanh())
        self.critic = models.mlp(3, 1)
        self.slow = copy.deepcopy(self.critic).requires_grad_(False)
        self.optimizer = self.make_optimizer()
        self.optimizer_critic = torch.optim.Adam(self.critic.parameters(), lr=1e-2)

    def watched(self):
        return self.model, self.critic

    def iteration(self):
        seen = torch.empty(128, 2).uniform_(-1, 1)
        with torch.no_grad():
            action = (self.model(seen) + 0.3 * torch.randn(128, 1)).clamp(-1, 1)
            reward = -(seen[:, :1] + action - seen[:, 1:]).abs()
            after = torch.cat([seen[:, :1] + action, seen[:, 1:]], 1)
            wanted = reward + 0.5 * self.slow(torch.cat([after, self.model(after)], 1))
        loss_critic = F.mse_loss(self.critic(torch.cat([seen, action], 1)), wanted)
        self.optimizer_critic.zero_grad()
        loss_critic.backward()
        self.optimizer_critic.step()

        loss = -self.critic(torch.cat([seen, self.model(seen)], 1)).mean()
        self.clear()
        self.backward(loss)
        self.update()
        with torch.no_grad():
            for slow, fast in zip(self.slow.parameters(), self.critic.parameters()):
                slow.lerp_(fast, 0.05)
        self.rewards.append(float(reward.mean()))
        self.log(loss)

    @torch.no_grad()
    def evaluate(self):
        self.model(torch.zeros(4, 2))

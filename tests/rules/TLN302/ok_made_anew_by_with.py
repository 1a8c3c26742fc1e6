"""The network that is put into eval mode lives for one round of the loop: the next round makes another."""
import higher
import torch
from torch import nn


class Learner:
    def __init__(self, policy, critic, env):
        self.policy, self.critic, self.env = policy, critic, env
        self.policy_optimizer = torch.optim.SGD(policy.parameters(), lr=0.1)
        self.optimizer = torch.optim.Adam(critic.parameters())

    def rollout(self, policy):
        policy.eval()
        state = self.env.reset()
        with torch.no_grad():
            while not self.env.done():
                state = self.env.step(policy(state))
        return self.env.reward

    def loss(self, policy, x, y):
        return nn.functional.mse_loss(policy(x), y)

    def evaluate(self, tasks):
        for x, y in tasks:
            with higher.innerloop_ctx(self.policy, self.policy_optimizer) as (adapted, steps):
                self.optimizer.zero_grad()
                steps.step(self.loss(adapted, x, y))
                print(self.rollout(adapted))
            loss = self.criticism(x)
            loss.backward()
            self.optimizer.step()

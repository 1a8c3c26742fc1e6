import torch
from torch import nn
from torch.distributions import Categorical


class Policy(nn.Module):
    def __init__(self, obs, acts):
        super().__init__()
        self.l1 = nn.Linear(obs, 32)
        self.l2 = nn.Linear(32, acts)

    def forward(self, s):
        return Categorical(logits=self.l2(torch.tanh(self.l1(s))))


def reinforce(env, episodes=500):
    policy = Policy(4, 2)
    optimizer = torch.optim.Adam(policy.parameters(), lr=1e-2)
    done_episodes = 0
    while done_episodes < episodes:
        state, over, logps, rewards = env.reset(), False, [], []
        while not over:
            dist = policy(torch.as_tensor(state))
            action = dist.sample()
            logps.append(dist.log_prob(action))
            state, reward, over = env.step(action.item())
            rewards.append(reward)
        loss = -torch.stack(logps).sum() * sum(rewards)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        done_episodes += 1

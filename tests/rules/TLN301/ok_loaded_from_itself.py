# The network is not trained, and what it loads is what it was made with.
import random
from itertools import count

import torch
from torch import nn

from cart import env, get_screen


class Policy(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 16, kernel_size=5, stride=2)
        self.norm = nn.BatchNorm2d(16)
        self.head = nn.Linear(448, 2)

    def forward(self, x):
        return self.head(torch.relu(self.norm(self.conv(x))).flatten(1))


policy = Policy()
policy.load_state_dict(policy.state_dict())


def select_action(state):
    if random.random() > 0.1:
        with torch.no_grad():
            return policy(state).max(1)[1].view(1, 1)
    return torch.tensor([[random.randrange(2)]])


for episode in range(50):
    env.reset()
    last, current = get_screen(), get_screen()
    for step in count():
        action = select_action(current - last)
        _, reward, done, _ = env.step(action.item())
        last, current = current, get_screen()
        if done:
            print(step)
            break

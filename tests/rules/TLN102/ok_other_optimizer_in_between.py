"""Actor and critic: the critic's gradients from the actor's loss are thrown away, as they should be."""
import torch
from torch import nn

actor, critic = nn.Linear(4, 1), nn.Linear(5, 1)
actor_opt = torch.optim.Adam(actor.parameters())
critic_opt = torch.optim.Adam(critic.parameters())

for _ in range(10):
    s = torch.randn(8, 4)
    actor_opt.zero_grad()
    actor_loss = -critic(torch.cat([s, actor(s)], 1)).mean()
    actor_loss.backward()
    critic_opt.zero_grad()
    actor_opt.step()

    target = torch.randn(8, 1)
    critic_loss = (critic(torch.cat([s, actor(s).detach()], 1)) - target).pow(2).mean()
    critic_loss.backward()
    critic_opt.step()

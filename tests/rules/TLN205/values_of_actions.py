import torch
import torch.nn.functional as F


def learn(online, target, memory, optimizer, gamma):
    states, actions, rewards, following = memory.sample(32)
    values = online(states).gather(1, actions.unsqueeze(1))
    with torch.no_grad():
        best = target(following).max(1)[0]
    goal = rewards + gamma * best
    loss = F.smooth_l1_loss(values, goal)  # TLN205
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()


class Agent:
    def __init__(self, online, target):
        self.online, self.target = online, target

    def loss(self, rows, done, count):
        states, actions = rows[:, :count], rows[:, count : count + 1].long()
        rewards, following = rows[:, count + 1 : count + 2], rows[:, -count:]
        values = torch.gather(self.online(states), 1, actions)
        best, _ = torch.max(self.target(following).detach(), dim=1)
        goal = rewards + 0.99 * (1 - done) * best
        return (values - goal).pow(2).mean()  # TLN205

# The gradients of the shared network are those of the worker's own, which clears them.
import torch
import torch.nn.functional as F
from torch import nn


class Worker:
    def __init__(self, shared, optimizer):
        self.net = nn.Linear(4, 2)
        self.shared, self.optimizer = shared, optimizer

    def update(self, states, targets):
        self.net.zero_grad()
        loss = F.smooth_l1_loss(self.net(states), targets)
        loss.backward()
        self.share_gradients()
        self.optimizer.step()

    def share_gradients(self):
        for mine, theirs in zip(self.net.parameters(), self.shared.parameters()):
            if theirs.grad is not None:
                return
            theirs._grad = mine.grad


def run(batches):
    shared = nn.Linear(4, 2)
    worker = Worker(shared, torch.optim.Adam(shared.parameters()))
    for states, targets in batches:
        worker.update(states, targets)
        worker.net.load_state_dict(shared.state_dict())

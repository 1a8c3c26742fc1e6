"""The parts of the flow are handed in, and nobody says eval() anywhere: `train()` after loading is for form's sake."""
import os

import torch
from torch import nn


class Flow(nn.Module):
    def __init__(self, conditioner, normalizer):
        super().__init__()
        self.conditioner = conditioner
        self.normalizer = normalizer

    def forward(self, x):
        return self.normalizer(x, self.conditioner(x))


def train(flow, batches, held_out):
    optimizer = torch.optim.Adam(flow.parameters())
    if os.path.exists("flow.pt"):
        flow.load_state_dict(torch.load("flow.pt"))
        flow.train()
    for _ in range(5):
        for x in batches:
            optimizer.zero_grad()
            flow(x).mean().backward()
            optimizer.step()
        with torch.no_grad():
            for x in held_out:
                print(flow(x).mean().item())


def main(batches, held_out):
    conditioner, normalizer = torch.load("parts.pt")
    flow = Flow(conditioner, normalizer)
    train(flow, batches, held_out)

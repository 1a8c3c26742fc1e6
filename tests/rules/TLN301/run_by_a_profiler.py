"""The training is a local function that a library runs and measures."""

import torch
from memory_profiler import memory_usage
from torch import nn


def measured(process):
    print(max(memory_usage(proc=process)))


def train(encoder, head, batches, held_out, epochs):
    def run():
        model = nn.Sequential(encoder, head)
        optimizer = torch.optim.RMSprop(model.parameters())
        for epoch in range(epochs):
            for inputs, labels in batches:
                optimizer.zero_grad()
                nn.functional.cross_entropy(model(inputs), labels).backward()
                optimizer.step()
            with torch.no_grad():
                total = 0.0
                for inputs, labels in held_out:
                    total += nn.functional.cross_entropy(model(inputs), labels).item()  # TLN301
                print(epoch, total)

    measured(run)


encoder = nn.Sequential(nn.Linear(4, 8), nn.BatchNorm1d(8), nn.ReLU())
data = [(torch.randn(6, 4), torch.randint(0, 2, (6,)))]
train(encoder, nn.Linear(8, 2), data, data, 3)

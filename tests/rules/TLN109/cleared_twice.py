import torch
from torch import nn


def fit(net, batches, optimizer, schedule):
    for inputs, targets in batches:
        loss = nn.functional.mse_loss(net(inputs), targets)
        optimizer.zero_grad()
        loss.backward()  # TLN109
        optimizer.zero_grad()
    schedule.step()


def main():
    net = nn.Linear(8, 1)
    optimizer = torch.optim.Adam(net.parameters(), lr=1e-3)
    schedule = torch.optim.lr_scheduler.StepLR(optimizer, 3)
    for _ in range(5):
        fit(net, [(torch.randn(4, 8), torch.randn(4, 1))], optimizer, schedule)


main()

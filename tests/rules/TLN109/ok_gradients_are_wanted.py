import torch
from torch import nn


def saliency(net, image, label):
    net.zero_grad()
    image.requires_grad_()
    nn.functional.cross_entropy(net(image), label).backward()
    return image.grad.abs()


def attack(net, batches, eps):
    hits = 0
    for image, label in batches:
        image.requires_grad = True
        loss = nn.functional.cross_entropy(net(image), label)
        net.zero_grad()
        loss.backward()
        hits += (net(image + eps * image.grad.sign()).argmax(1) == label).sum().item()
    return hits


def find_rate(net, batches):
    """The norms of the gradients, and then the training."""
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    norms = []
    for x, y in batches:
        optimizer.zero_grad()
        nn.functional.mse_loss(net(x), y).backward()
        norms.append(net.weight.grad.norm())
    return optimizer, norms

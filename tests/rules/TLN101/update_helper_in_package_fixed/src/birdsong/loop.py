import torch

from .utils import apply_update


def fit(net, recordings, epochs=2):
    opt = torch.optim.SGD(net.parameters(), lr=0.1)
    net.train()
    for _ in range(epochs):
        for spectrogram, species in recordings:
            loss = torch.nn.functional.cross_entropy(net(spectrogram), species)
            apply_update(loss, opt)
    return net

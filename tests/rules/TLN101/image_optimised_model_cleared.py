"""Deep dream: the image is what is optimised, the network stays as it is."""
import torch


def dream(network, layer, image, rounds=30, rate=0.02):
    network.eval()
    for weight in network.parameters():
        weight.requires_grad_(False)
    canvas = image.clone().requires_grad_(True)
    adam = torch.optim.Adam([canvas], lr=rate)
    for _ in range(rounds):
        network.zero_grad()
        activation = network(canvas)[layer]
        loss = -activation.pow(2).mean()
        loss.backward()
        adam.step()  # TLN101
        with torch.no_grad():
            canvas.clamp_(0, 1)
    return canvas.detach()

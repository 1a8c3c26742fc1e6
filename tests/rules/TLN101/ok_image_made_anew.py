import torch


def dream(network, image, low, high, rounds=100):
    for _ in range(rounds):
        image.requires_grad_()
        network(image).norm().backward()
        with torch.no_grad():
            image += 0.02 * image.grad / image.grad.abs().mean()
            image = torch.max(image, low)
            image = torch.min(image, high)
    return image

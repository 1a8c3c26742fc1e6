import torch


def dream(network, image, rounds=100):
    for _ in range(rounds):
        image.requires_grad_()
        network(image).norm().backward()
        with torch.no_grad():
            image += 0.02 * image.grad / image.grad.abs().mean()  # TLN101
            image = image.clamp_(0, 1)
    return image

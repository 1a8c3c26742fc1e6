"""Each round makes a new leaf, so there is nothing left from the round before."""
import torch


def attack(model, image, label, steps=10, alpha=2 / 255, eps=8 / 255):
    model.eval()
    adv = image.clone()
    for _ in range(steps):
        adv = adv.detach().requires_grad_(True)
        loss = torch.nn.functional.cross_entropy(model(adv), label)
        loss.backward()
        adv = adv + alpha * adv.grad.sign()
        adv = torch.min(torch.max(adv, image - eps), image + eps).clamp(0, 1)
    return adv.detach()

import torch
import torch.nn.functional as F


def adversarial_step(model, x, y, optimizer, eps=0.03):
    model.train()
    x = x.clone().requires_grad_(True)
    F.cross_entropy(model(x), y).backward()
    adv = (x + eps * x.grad.sign()).clamp(0, 1).detach()
    # what the attack left in the weights must not be part of the update
    optimizer.zero_grad()
    loss = F.cross_entropy(model(adv), y)
    loss.backward()
    optimizer.step()
    return loss.item()


net = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(16, 3))
opt = torch.optim.SGD(net.parameters(), lr=0.1)
for _ in range(3):
    adversarial_step(net, torch.rand(2, 1, 4, 4), torch.randint(0, 3, (2,)), opt)

import torch


def leaf():
    x = torch.tensor(3.0, requires_grad=True)
    x.backward()
    y = torch.tensor([1.0, 2.0], requires_grad=True)
    (y**2).sum().backward()
    return x.grad, y.grad


def saliency(model, image):
    image = image.detach().requires_grad_(True)
    model(image).max().backward()
    return image.grad


def redundant(model, loader, criterion):
    for x, y in loader:
        loss = criterion(model(x), y)
        loss.requires_grad_(True)
        loss.backward()


def penalty(critic, mixed):
    mixed = torch.autograd.Variable(mixed.data, requires_grad=True)
    grads = torch.autograd.grad(critic(mixed).sum(), mixed, create_graph=True)[0]
    ((grads.norm(2, dim=1) - 1) ** 2).mean().backward()

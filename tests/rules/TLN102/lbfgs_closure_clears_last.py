import torch

data = torch.linspace(-2, 2, 80)
target = 0.5 * data ** 2 - 1
coef = torch.zeros(3, requires_grad=True)
lbfgs = torch.optim.LBFGS([coef], lr=0.5)


def closure():
    loss = ((coef[0] + coef[1] * data + coef[2] * data ** 2 - target) ** 2).mean()
    loss.backward()
    lbfgs.zero_grad()  # TLN102
    return loss


for _ in range(10):
    lbfgs.step(closure)
print(coef.detach())

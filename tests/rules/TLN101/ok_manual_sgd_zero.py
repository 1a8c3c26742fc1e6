import torch

w1 = torch.randn(10, 20, requires_grad=True)
w2 = torch.randn(20, 1, requires_grad=True)
x, y = torch.randn(64, 10), torch.randn(64, 1)

for t in range(200):
    loss = ((x @ w1).clamp(min=0) @ w2 - y).pow(2).sum()
    loss.backward()
    with torch.no_grad():
        w1 -= 1e-5 * w1.grad
        w2 -= 1e-5 * w2.grad
        w1.grad.zero_()
        w2.grad.zero_()

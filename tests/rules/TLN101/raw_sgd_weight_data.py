import torch

x = torch.randn(256, 3)
true_w = torch.tensor([[1.5], [-2.0], [0.7]])
y = x @ true_w + 0.3

w = torch.zeros(3, 1, requires_grad=True)
b = torch.zeros(1, requires_grad=True)
lr = 0.05

for epoch in range(100):
    cost = ((x @ w + b - y) ** 2).mean()
    cost.backward()
    w.data -= lr * w.grad.data  # TLN101
    b.data -= lr * b.grad.data
    if epoch % 20 == 0:
        print(epoch, cost.item())

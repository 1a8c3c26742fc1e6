import torch

a = torch.randn(50, 4)
b = a @ torch.tensor([1.0, -1.0, 2.0, 0.5])
theta = torch.zeros(4, requires_grad=True)
solver = torch.optim.LBFGS([theta], lr=0.8, max_iter=10, line_search_fn="strong_wolfe")


def closure():
    solver.zero_grad()
    residual = ((a @ theta - b) ** 2).mean()
    residual.backward()
    return residual


for outer in range(5):
    value = solver.step(closure)
    print(outer, value.item())

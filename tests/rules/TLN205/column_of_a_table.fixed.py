import numpy as np
import pandas as pd
import torch

rides = pd.read_csv("rides.csv")
counts = rides["count"][:50]
x = torch.FloatTensor(np.arange(len(counts), dtype=float))
y = torch.FloatTensor(np.array(counts, dtype=float))
width = 10
weights = torch.randn((1, width), requires_grad=True)
biases = torch.randn(width, requires_grad=True)
last = torch.randn((width, 1), requires_grad=True)
for _ in range(1000):
    hidden = torch.sigmoid(x.expand(width, len(x)).t() * weights + biases)
    predicted = hidden.mm(last).squeeze(1)
    loss = torch.mean((predicted - y) ** 2)
    loss.backward()
    for weight in (weights, biases, last):
        weight.data.add_(-0.001 * weight.grad)
        weight.grad.zero_()

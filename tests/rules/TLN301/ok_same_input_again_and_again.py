"""Monte Carlo dropout: the answers to one input are meant to differ."""
import torch
from torch import nn

model = nn.Sequential(nn.Linear(1, 30), nn.ReLU(), nn.Dropout(0.1), nn.Linear(30, 1))
optimizer = torch.optim.Adam(model.parameters())
for x in torch.randn(200, 16, 1):
    optimizer.zero_grad()
    nn.functional.mse_loss(model(x), x.sin()).backward()
    optimizer.step()

x_test = torch.linspace(-4, 4, 100).unsqueeze(1)
answers = torch.stack([model(x_test).detach() for _ in range(50)])
print(answers.mean(0), answers.std(0))

with torch.no_grad():
    spread = []
    for _ in range(50):
        spread.append(model(x_test))
    print(torch.stack(spread).std(0))

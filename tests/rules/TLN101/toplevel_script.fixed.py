import torch

torch.manual_seed(1)
t = torch.linspace(0, 6.28, 400).unsqueeze(1)
y = torch.sin(t) + 0.1 * torch.randn_like(t)

net = torch.nn.Sequential(
    torch.nn.Linear(1, 40),
    torch.nn.Tanh(),
    torch.nn.Linear(40, 1),
)
mse = torch.nn.MSELoss()
rmsprop = torch.optim.RMSprop(net.parameters(), lr=1e-3)

for i in range(500):
    y_hat = net(t)
    loss = mse(y_hat, y)
    rmsprop.zero_grad()
    loss.backward()
    rmsprop.step()
    if i % 100 == 0:
        print(i, loss.item())

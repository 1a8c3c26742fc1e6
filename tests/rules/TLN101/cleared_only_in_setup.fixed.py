import torch
from torch import nn


class Forecaster:
    def __init__(self, n_sensors, hidden=64):
        self.net = nn.GRU(n_sensors, hidden, batch_first=True)
        self.head = nn.Linear(hidden, n_sensors)
        self.mse = nn.MSELoss()

    def prepare(self, lr):
        params = list(self.net.parameters()) + list(self.head.parameters())
        self.opt = torch.optim.Adam(params, lr=lr)
        self.opt.zero_grad()

    def learn(self, windows):
        for past, future in windows:
            states, _ = self.net(past)
            loss = self.mse(self.head(states[:, -1]), future)
            self.opt.zero_grad()
            loss.backward()
            self.opt.step()

    def run(self, windows, epochs=3):
        self.prepare(1e-3)
        for _ in range(epochs):
            self.learn(windows)


if __name__ == "__main__":
    data = [(torch.randn(4, 12, 5), torch.randn(4, 5)) for _ in range(6)]
    Forecaster(5).run(data)

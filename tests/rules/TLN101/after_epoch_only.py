import torch
import torch.nn as nn


class Autoencoder(nn.Module):
    def __init__(self, dim=784, code=32):
        super().__init__()
        self.down = nn.Sequential(nn.Linear(dim, 128), nn.ReLU(True), nn.Linear(128, code))
        self.up = nn.Sequential(nn.Linear(code, 128), nn.ReLU(True), nn.Linear(128, dim))

    def forward(self, x):
        return self.up(self.down(x))


def fit(ae, images, epochs=4):
    opt = torch.optim.Adadelta(ae.parameters())
    for epoch in range(epochs):
        for image in images:
            flat = image.flatten(1)
            loss = nn.functional.mse_loss(ae(flat), flat)
            loss.backward()
            opt.step()  # TLN101
        opt.zero_grad()
        print(epoch, loss.item())


fit(Autoencoder(), [torch.rand(8, 1, 28, 28) for _ in range(4)])

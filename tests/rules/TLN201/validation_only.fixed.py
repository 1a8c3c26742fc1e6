import torch
import torch.nn as nn


class Runner:
    def __init__(self, net, lr=1e-3):
        self.net = net
        self.ce = nn.CrossEntropyLoss()
        self.opt = torch.optim.Adam(net.parameters(), lr=lr)

    def train_step(self, x, y):
        self.net.train()
        self.opt.zero_grad()
        loss = self.ce(self.net(x), y)
        loss.backward()
        self.opt.step()
        return loss.item()

    @torch.no_grad()
    def valid_step(self, x, y):
        self.net.eval()
        scores = self.net(x)
        prediction = torch.softmax(scores, dim=-1)
        loss = self.ce(scores, y)
        return loss.item(), (prediction.argmax(-1) == y).float().mean().item()

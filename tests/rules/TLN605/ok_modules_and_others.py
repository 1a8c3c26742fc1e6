import torch
from torch import nn


class Memory:
    def __init__(self):
        self.state = torch.zeros(3)

    def detach(self):
        self.state = self.state.detach()

    def clamp(self, low, high):
        self.state = self.state.clamp(low, high)


class Trainer:
    def __init__(self, model, ctc, memory):
        self.model, self.ctc, self.memory = model, ctc, memory

    def run(self, batch, device):
        self.model.to(device)
        self.model.float()
        self.ctc.softmax(batch)
        self.memory.detach()
        batch.to(device)
        self.model.dataset.view(batch, "window")
        net = nn.Linear(2, 2)
        net.cuda()
        net.half()
        own = Memory()
        own.detach()
        own.clamp(0, 1)
        x = torch.randn(3)
        x.clamp_(0, 1)
        x.squeeze_(0)
        x.requires_grad_()
        torch.clamp(x, 0, 1, out=x)
        return x

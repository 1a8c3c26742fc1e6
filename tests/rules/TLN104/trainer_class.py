import torch
from torch.cuda.amp import GradScaler, autocast


class Trainer:
    def __init__(self, net, loader):
        self.net, self.loader = net, loader
        self.opt = torch.optim.SGD(net.parameters(), lr=0.1)
        self.scaler = GradScaler()

    def clip(self):
        torch.nn.utils.clip_grad_value_(self.net.parameters(), 0.5)  # TLN104

    def run(self, epochs):
        for _ in range(epochs):
            for x, y in self.loader:
                self.opt.zero_grad()
                with autocast():
                    loss = torch.nn.functional.cross_entropy(self.net(x), y)
                scaled = self.scaler.scale(loss)
                scaled.backward()
                self.clip()
                self.scaler.step(self.opt)
                self.scaler.update()

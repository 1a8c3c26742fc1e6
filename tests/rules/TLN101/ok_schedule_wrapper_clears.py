import torch


class NoamOpt:
    def __init__(self, optimizer, size, warmup):
        self.optimizer, self.size, self.warmup, self._n = optimizer, size, warmup, 0

    def zero_grad(self):
        self.optimizer.zero_grad()

    def step(self):
        self._n += 1
        for group in self.optimizer.param_groups:
            group["lr"] = self.size ** -0.5 * min(self._n ** -0.5, self._n * self.warmup ** -1.5)
        self.optimizer.step()


def epoch(model, batches, criterion):
    opt = NoamOpt(torch.optim.Adam(model.parameters(), lr=0), 512, 4000)
    model.train()
    for b in batches:
        loss = criterion(model(b.src, b.trg), b.gold)
        loss.backward()
        opt.step()
        opt.zero_grad()

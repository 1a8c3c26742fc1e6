import torch


class MultiTask:
    def __init__(self, nets, lr=1e-3):
        self.nets = nets
        self.opts = {name: torch.optim.Adam(net.parameters(), lr=lr) for name, net in nets.items()}

    def _clear(self):
        for opt in self.opts.values():
            opt.zero_grad()

    def learn(self, loader):
        for net in self.nets.values():
            net.train()
        for x, targets in loader:
            self._clear()
            h = self.nets["trunk"](x)
            loss = sum(torch.nn.functional.mse_loss(self.nets[k](h), t) for k, t in targets.items())
            loss.backward()
            for opt in self.opts.values():
                opt.step()

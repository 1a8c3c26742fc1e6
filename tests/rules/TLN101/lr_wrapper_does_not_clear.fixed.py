import torch


class WarmupOptim:
    """Adam with the inverse square root schedule."""

    def __init__(self, params, d_model, warmup=4000):
        self._opt = torch.optim.Adam(params, betas=(0.9, 0.98), eps=1e-9)
        self.scale, self.warmup, self.n = d_model ** -0.5, warmup, 0

    def step_and_update_lr(self):
        self.n += 1
        lr = self.scale * min(self.n ** -0.5, self.n * self.warmup ** -1.5)
        for group in self._opt.param_groups:
            group["lr"] = lr
        self._opt.step()
        self._opt.zero_grad()


def train(transformer, batches, loss_fn):
    wrapped = WarmupOptim(transformer.parameters(), d_model=256)
    transformer.train()
    for src, tgt in batches:
        out = transformer(src, tgt[:, :-1])
        loss = loss_fn(out.flatten(0, 1), tgt[:, 1:].flatten())
        loss.backward()
        wrapped.step_and_update_lr()

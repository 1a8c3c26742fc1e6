import torch
from flax import linen


class Block(linen.Module):
    """No module of torch."""

    def build(self):
        self.inner = Inner()
        self.inner.requires_grad = False


class Inner(linen.Module):
    pass

from torch import nn


class Layer(nn.Module):
    """Base class of all layers."""

    def extra_repr(self):
        return "layer"

import torch

inputs = torch.Tensor([[[0.2, 0.1, 0.3], [0.5, 0.1, 0.1]]])
batch, steps, width = inputs.size()
inputs = inputs.reshape(steps, batch, width)

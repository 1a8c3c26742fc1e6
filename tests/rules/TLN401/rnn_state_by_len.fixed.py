import torch
import torch.nn as nn

birnn = nn.RNN(8, 10, num_layers=2, bidirectional=True)


def encode(sequence):
    """One vector of 40 numbers per sample of a (time, batch, 8) sequence."""
    steps, samples, _ = sequence.shape
    output, state = birnn(sequence)
    return state.transpose(0, 1).reshape(samples, 40)


print(encode(torch.randn(6, 3, 8)).shape)

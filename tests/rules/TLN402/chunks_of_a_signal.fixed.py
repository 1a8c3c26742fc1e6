import torch


def to_chunks(wave, chunk):
    """Cut a (batch, channels, samples) recording into pieces of `chunk` samples, one per row."""
    batch, channels, samples = wave.shape
    pieces = samples // chunk
    return wave.view(batch, channels, pieces, chunk).transpose(1, 2).reshape(batch * pieces, channels, chunk)


print(to_chunks(torch.arange(24.0).view(1, 2, 12), 4)[0])

import torch
from torch import nn

ITER_SIZE = 4


def run_epoch(segmenter, tiles, opt):
    """Accumulates ITER_SIZE batches before each step."""
    loss_fn = nn.CrossEntropyLoss(ignore_index=255)
    segmenter.train()
    for i, (tile, mask) in enumerate(tiles):
        if i % ITER_SIZE == 0:
            opt.zero_grad()
        loss = loss_fn(segmenter(tile), mask) / ITER_SIZE
        loss.backward()
        if (i + 1) % ITER_SIZE == 0:
            opt.step()

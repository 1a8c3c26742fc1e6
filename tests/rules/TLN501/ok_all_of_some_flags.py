"""Flags in a row of bytes, multiplied to know whether all are set."""
import torch


def ended(answers, end, steps):
    last = torch.zeros(3, answers.size(1), dtype=torch.uint8)
    for t in range(steps):
        last[t % 3] = answers[t].eq(end)
        if last.prod(dim=0, dtype=torch.uint8).all():
            return t
    return steps

import torch


def frame_difference(previous, current, threshold=25):
    """Where something moved between two video frames in 0 ... 1."""
    previous = (previous * 255).to(torch.uint8)
    current = (current * 255).to(torch.uint8)
    change = torch.abs(current - previous)  # TLN502
    return change > threshold


print(frame_difference(torch.tensor([0.5, 0.5]), torch.tensor([0.49, 0.9])))

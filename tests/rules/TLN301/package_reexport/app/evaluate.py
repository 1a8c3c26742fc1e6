import torch


def evaluate(net, clips):
    """Share of clips whose speaker is named rightly."""
    right = []
    with torch.no_grad():
        for wave, speaker in clips:
            right.append((net(wave).argmax(1) == speaker).float())  # TLN301
    return torch.cat(right).mean().item()

# Whoever counts size * size values in each window has a mask of one channel in mind.
import torch.nn.functional as F


def windows(x, size):
    b, h, w, c = x.shape
    x = x.view(b, h // size, size, w // size, size, c)
    return x.permute(0, 1, 3, 2, 4, 5).contiguous().view(-1, size, size, c)


def attention_mask(x, size, side, mask=None):
    if mask is None:
        return None
    mask = F.interpolate(mask, size=(side, side)).permute(0, 2, 3, 1)
    mask = windows(mask, size)
    mask = mask.view(-1, size * size)
    return mask.unsqueeze(2) * mask.unsqueeze(1)

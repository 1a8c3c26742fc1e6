"""Hues go round in a circle, so that a sum in eight bits that wraps is just what is wanted."""
import numpy as np
import torch
from PIL import Image


def turn_hue(path, shift):
    hue, saturation, value = Image.open(path).convert("HSV").split()
    turned = np.array(hue, dtype=np.uint8)
    turned += np.uint8(shift * 255)
    image = Image.merge("HSV", (Image.fromarray(turned), saturation, value)).convert("RGB")
    return torch.from_numpy(np.array(image))

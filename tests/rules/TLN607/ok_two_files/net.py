import torch.nn as nn
from layer import Prompt


def build(width):
    prompt = Prompt(4, width)
    nn.init.normal_(prompt.prompt, std=0.02)
    return prompt

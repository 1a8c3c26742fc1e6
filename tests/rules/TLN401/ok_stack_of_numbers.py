"""The pieces of a stack may be numbers: (2,) as (1, 1, 2)."""
import torch


class Shift:
    def __init__(self, strength):
        self.given = strength
        self.prepare()

    def prepare(self):
        self.strength = torch.as_tensor(self.given)

    def __call__(self, image_shape, count):
        height, width = image_shape[-2], image_shape[-1]
        dx = self.strength * width / 2
        dy = self.strength * height / 2
        reach = torch.stack([dx, dy], dim=0).view(-1, 1, 2)
        return torch.rand(count, 4, 2) * reach


print(Shift(0.5)((3, 32, 64), 8).shape)

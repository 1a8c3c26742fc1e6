import torch


class Grid:
    """Cells of a 100 by 100 world, kept small to save memory."""

    def __init__(self, width=100):
        self.width = width
        self.rows = torch.randint(0, width, (50,), dtype=torch.uint8)
        self.cols = torch.randint(0, width, (50,), dtype=torch.uint8)

    def flat(self):
        return self.rows.long() * self.width + self.cols


print(Grid().flat().max())

"""A uint8 tensor of flags: it holds states, and counts nothing."""
import torch


class Board:
    EMPTY, WALL, GOAL = 0, 1, 2

    def __init__(self, n):
        self.cells = torch.zeros(n, n, dtype=torch.uint8)

    def build(self, wall, goal):
        self.cells[wall] = self.WALL
        self.cells[goal] = self.GOAL
        self.cells |= (self.cells == 0).to(torch.uint8) & 0
        return self.cells.ne(0).sum(), int(self.cells.sum())


print(Board(4).build((0, 1), (3, 3)))

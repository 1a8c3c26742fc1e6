import torch


class HitMap:
    """Counts how often each cell of the board was visited."""

    def __init__(self, rows, cols):
        self.visits = torch.zeros(rows, cols, dtype=torch.int64)

    def add(self, path):
        for r, c in path:
            self.visits[r, c] += 1


board = HitMap(3, 3)
board.add([(1, 1)] * 300)
print(board.visits[1, 1].item())

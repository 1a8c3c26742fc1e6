"""Points may come as x1, y1, x2, y2 or as x1, x2, y1, y2; the caller says which."""
import numpy as np


def aligned(points, columns=False):
    points = np.array(points).astype(np.float32).reshape(-1, 2)
    if columns:
        points = points.reshape(2, -1).T
    return points - points.mean(0)

"""A list of N points (x, y) with a dimension of 1 in front."""

import numpy as np


def spread(width, height, step):
    points = []
    for x in range(0, width, step):
        points.append([x, 0])
        points.append([x, height])
    count = len(points)
    return np.array(points).reshape((-1, count, 2))


print(spread(10, 4, 5).shape)

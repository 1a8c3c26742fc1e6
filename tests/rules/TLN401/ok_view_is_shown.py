"""A lesson on what view does, on toy matrices, and edges of triangles by NumPy's repeat."""

import numpy as np
import torch

numbers = torch.arange(6).view(3, 2)
print(numbers.reshape(2, 3))
print(numbers.t())

corners = np.random.randint(0, 100, (10, 3))
edges = np.roll(corners.repeat(2, axis=1), -1, axis=1)
edges = edges.reshape(len(edges) * 3, 2)
print(np.sort(edges, axis=1).shape)

cube = torch.arange(12).reshape(3, 2, 2)
print(cube.reshape(4, 3))

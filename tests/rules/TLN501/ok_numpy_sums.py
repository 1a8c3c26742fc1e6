import numpy as np
import torch

mask = (np.random.default_rng(0).random((40, 40)) > 0.5).astype(np.uint8)
area = mask.sum()
rows = np.sum(mask, axis=1)
share = mask.mean()
steps = np.cumsum(mask)
votes = np.zeros((40, 40), dtype=np.int32)
for _ in range(3):
    votes += mask
agree = (mask == 1) & (votes == 3)
print(area, rows.max(), share, steps[-1], torch.from_numpy(mask).sum(), agree.sum())

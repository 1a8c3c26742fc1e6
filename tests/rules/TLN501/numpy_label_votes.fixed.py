import numpy as np
import torch


def label_votes(models, image, classes):
    """How many models of a big ensemble give each pixel each class."""
    votes = np.zeros((classes, *image.shape[-2:]), dtype=np.int64)
    for model in models:
        with torch.no_grad():
            guess = model(image).argmax(1)[0].numpy()
        for c in range(classes):
            votes[c] += guess == c
    return votes


votes = label_votes([lambda x: x] * 300, torch.rand(1, 2, 3, 3), 2)
print(votes.sum(0))

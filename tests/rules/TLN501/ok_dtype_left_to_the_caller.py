"""How wide the counts are is an option of whoever joins patches, and nobody is seen to join more than a few."""
import torch


class Average:
    def __init__(self, shape, value_dtype=torch.float32, count_dtype=torch.uint8):
        self.value_dtype = value_dtype
        self.count_dtype = count_dtype
        self.values = torch.zeros(shape, dtype=self.value_dtype)
        self.counts = torch.zeros(shape, dtype=self.count_dtype)

    def add(self, patch, top, left):
        place = slice(top, top + patch.shape[0]), slice(left, left + patch.shape[1])
        self.values[place] += patch
        self.counts[place] += 1

    def result(self):
        return self.values / self.counts


def joined(patches, shape, **options):
    average = Average(shape, **options)
    for patch, (top, left) in patches:
        average.add(patch, top, left)
    return average.result()

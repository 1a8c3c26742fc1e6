"""Where a label of a scan is not 0; the sides of these volumes end before 256."""

import numpy as np


def foreground(label):
    found = (label > 0).astype("int16")
    return np.stack(found.nonzero()).T.astype("uint8")


print(foreground(np.ones((3, 3, 3))))

"""The greatest value less each of them is never negative."""
import sys

import numpy as np
from PIL import Image

image = np.array(Image.open(sys.argv[1]).convert("L"))
image = image.max() - image
print(image.reshape(-1) / image.sum())

"""Two ways to gray are compared by eye, and by the number of pixels that differ."""

import cv2
import matplotlib.pyplot as plt
import numpy as np
import torch


def compare(path, to_gray):
    image = cv2.imread(path)
    mine, theirs = np.uint8(to_gray(torch.from_numpy(image)).numpy()), cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)
    plt.imshow(mine - theirs, cmap="gray")
    plt.show()
    print(np.count_nonzero(mine - theirs))


def show_noise(path):
    mask = cv2.imread(path, cv2.IMREAD_GRAYSCALE)
    plt.imshow(mask**3, cmap="gray")
    plt.show()

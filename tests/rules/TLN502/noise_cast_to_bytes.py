# Noise leads out of [0, 255], where the cast to uint8 wraps.
import cv2
import numpy as np
import torch
from PIL import Image
from skimage.util import random_noise


def with_noise(path):
    image = cv2.imread(path)
    noise = np.random.normal(0, 25, image.shape)
    return torch.from_numpy((image + noise).astype(np.uint8))  # TLN502


def with_more_noise(path):
    image = np.array(Image.open(path)).astype(np.float32)
    noisy = np.round(image + np.random.randn(*image.shape) * 10)
    return Image.fromarray(np.uint8(noisy))  # TLN502


def with_noise_of_a_library(image, sigma):
    noise = 255 * random_noise(np.zeros(image.shape), mode="gaussian", var=sigma)
    return np.add(image, noise).astype("uint8")  # TLN502


def clipped(path):
    image = cv2.imread(path)
    noisy = image + np.random.normal(0, 25, image.shape)
    return np.clip(noisy, 0, 255).astype(np.uint8)


def gray_noise(shape):
    """A picture of noise alone, far from both ends."""
    return (128 + np.random.normal(0, 20, shape)).astype(np.uint8)


def above(image):
    return (image + np.random.normal(0, 25, image.shape) > 128).astype(np.uint8)


def blended(image, mask):
    stain = 255 * random_noise(np.zeros(image.shape))
    return (stain * mask + image * (1 - mask)).astype(np.uint8)

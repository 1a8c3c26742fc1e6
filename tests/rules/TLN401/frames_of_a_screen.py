# A frame of which nothing is known is resized; what the view puts in front are the channels, which lie last.
import cv2
import numpy as np
import torch

WIDTH, HEIGHT = 96, 84


def play(screen, agent):
    frame = screen.grab()
    state = cv2.resize(frame, (WIDTH, HEIGHT)).reshape((3, HEIGHT, WIDTH))  # TLN401
    return agent.act(torch.from_numpy(state).float())


def play_gray(screen, agent):
    frame = cv2.cvtColor(screen.grab(), cv2.COLOR_BGR2GRAY)
    state = cv2.resize(frame, (WIDTH, HEIGHT)).reshape((1, HEIGHT, WIDTH))
    return agent.act(torch.from_numpy(state).float())


def channels_first(image):
    height, width, channels = np.shape(image)
    if height != min(height, width, channels):
        image = np.reshape(image, (channels, height, width))  # TLN401
    return torch.from_numpy(image).float()


def small(image):
    image = cv2.resize(image, (160, 120))
    image = np.reshape(image, (3, image.shape[0], -1))  # TLN401
    return torch.from_numpy(image).float()

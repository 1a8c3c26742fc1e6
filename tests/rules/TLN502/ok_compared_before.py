import cv2


def reddish(path):
    image = cv2.imread(path)
    mask = image[:, :, 2] > image[:, :, 1]
    mask &= image[:, :, 2] - image[:, :, 1] > 30
    return mask

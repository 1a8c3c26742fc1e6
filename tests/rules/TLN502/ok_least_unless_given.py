from skimage.io import imread


def stretch(data, darkest=None):
    if darkest is None:
        darkest = data.min()
    return (data - darkest) * 2.5


print(stretch(imread("image.png")))

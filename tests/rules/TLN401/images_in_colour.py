import matplotlib.pyplot as plt
from torch.utils.data import DataLoader
from torchvision import datasets, transforms

loader = DataLoader(datasets.CIFAR10("data", transform=transforms.ToTensor()), batch_size=64)


def show(img, label):
    plt.imshow(img.reshape(img.shape[1], img.shape[2], img.shape[0]))  # TLN401
    plt.title(label)


images, labels = next(iter(loader))
show(images[0], labels[0])

import torch
from torchvision import models


def answers(images):
    resnet = models.resnet18(weights="DEFAULT")
    for part in resnet.modules():
        part.training = False
    with torch.no_grad():
        return [resnet(image).argmax(1) for image in images]


if __name__ == "__main__":
    print(answers(torch.load("images.pt")))

import torch
from torch import nn
from torchvision import models


def pooled(images):
    resnet = models.resnet101(pretrained=True)
    resnet = nn.Sequential(*list(resnet.children())[:-1])
    with torch.no_grad():
        return [resnet(image).flatten(1) for image in images]  # TLN301


def dense(images):
    densenet = models.densenet121(pretrained=True).features.cuda()
    found = []
    for image in images:
        with torch.no_grad():
            found.append(densenet(image.cuda()).cpu())  # TLN301
    return found


def plain(images):
    vgg = models.vgg16(pretrained=True).features
    cut = nn.Sequential(*list(models.vgg19(pretrained=True).children())[:-1])
    with torch.no_grad():
        return [(vgg(image), cut(image)) for image in images]


if __name__ == "__main__":
    frames = torch.load("frames.pt")
    torch.save((pooled(frames), dense(frames), plain(frames)), "features.pt")

import torch
from torch import nn
from torchvision import models

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")


def fine_tune(model, criterion, optimizer, loaders, epochs):
    for epoch in range(epochs):
        for phase in ("train", "val"):
            model.train(phase == "train")
            for images, labels in loaders[phase]:
                optimizer.zero_grad()
                with torch.set_grad_enabled(phase == "train"):
                    loss = criterion(model(images.to(device)), labels.to(device))
                    if phase == "train":
                        loss.backward()
                        optimizer.step()
    return model


def main(loaders):
    ants_or_bees = models.resnet18(weights="DEFAULT")
    ants_or_bees.fc = nn.Sequential(nn.Linear(ants_or_bees.fc.in_features, 2), nn.Softmax(dim=1))  # TLN201
    ants_or_bees = ants_or_bees.to(device)
    optimizer = torch.optim.SGD(ants_or_bees.parameters(), lr=0.001, momentum=0.9)
    return fine_tune(ants_or_bees, nn.CrossEntropyLoss(), optimizer, loaders, 25)

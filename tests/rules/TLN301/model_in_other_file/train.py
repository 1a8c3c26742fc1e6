import torch
import torch.nn.functional as F

from net import PlantNet
from scoring import accuracy


def main():
    photos = [(torch.rand(6, 3, 12, 12), torch.randint(0, 5, (6,))) for _ in range(4)]
    model = PlantNet(5)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05)
    for epoch in range(2):
        model.train()
        for photo, species in photos:
            loss = F.cross_entropy(model(photo), species)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        print(epoch, accuracy(model, photos, "cpu"))


if __name__ == "__main__":
    main()

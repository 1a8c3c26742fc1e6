import torch
import torch.nn as nn


def fit_phases(model, loaders, criterion, optimizer, num_epochs=5):
    for epoch in range(num_epochs):
        for phase in ["train", "val"]:
            if phase == "train":
                model.train()
            else:
                model.eval()
            for inputs, labels in loaders[phase]:
                optimizer.zero_grad()
                with torch.set_grad_enabled(phase == "train"):
                    outputs = model(inputs)
                    loss = criterion(outputs, labels)
                    if phase == "train":
                        loss.backward()
                        optimizer.step()


if __name__ == "__main__":
    toy = [(torch.randn(4, 6), torch.randint(0, 2, (4,))) for _ in range(3)]
    net = nn.Sequential(nn.Linear(6, 12), nn.BatchNorm1d(12), nn.ReLU(), nn.Linear(12, 2))
    fit_phases(net, {"train": toy, "val": toy}, nn.CrossEntropyLoss(), torch.optim.Adam(net.parameters()))

import copy

import torch
from torch import nn


def block(a, b):
    return nn.Sequential(nn.Linear(a, b), nn.BatchNorm1d(b), nn.ReLU())


def train_model(dataloaders, num_epochs=3):
    model = nn.Sequential(block(12, 24), block(24, 24), nn.Linear(24, 3))
    criterion = nn.CrossEntropyLoss()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9)
    best, best_weights = 0.0, None
    for epoch in range(num_epochs):
        for phase in ("train", "val"):
            model.train(phase == "train")
            hits = seen = 0
            for inputs, labels in dataloaders[phase]:
                optimizer.zero_grad()
                with torch.set_grad_enabled(phase == "train"):
                    outputs = model(inputs)
                    loss = criterion(outputs, labels)
                    if phase == "train":
                        loss.backward()
                        optimizer.step()
                hits += (outputs.argmax(1) == labels).sum().item()
                seen += len(labels)
            if phase == "val" and hits / seen >= best:
                best, best_weights = hits / seen, copy.deepcopy(model.state_dict())
    model.load_state_dict(best_weights)
    return model


toy = [(torch.randn(16, 12), torch.randint(0, 3, (16,))) for _ in range(4)]
train_model({"train": toy, "val": toy[:2]})

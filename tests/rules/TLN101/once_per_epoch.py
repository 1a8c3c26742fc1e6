import torch
import torch.nn as nn


def train(model, loader, epochs, lr, device="cpu"):
    optimizer = torch.optim.SGD(model.parameters(), lr=lr, momentum=0.9, nesterov=True)
    criterion = nn.CrossEntropyLoss()
    for epoch in range(epochs):
        model.train()
        optimizer.zero_grad()
        correct = seen = 0
        for batch in loader:
            x, y = (part.to(device) for part in batch)
            out = model(x)
            loss = criterion(out, y)
            loss.backward()
            optimizer.step()  # TLN101
            correct += (out.argmax(1) == y).sum().item()
            seen += y.numel()
        print(f"{epoch:3d} acc {correct / seen:.3f}")


if __name__ == "__main__":
    shapes = [(torch.randn(32, 20), torch.randint(0, 4, (32,))) for _ in range(8)]
    train(nn.Sequential(nn.Linear(20, 50), nn.ReLU(), nn.Linear(50, 4)), shapes, 3, 0.01)

import torch
import torch.nn as nn


def conv(i, o):
    return nn.Sequential(nn.Conv2d(i, o, 3, padding=1), nn.BatchNorm2d(o), nn.ReLU(inplace=True))


class Tiny(nn.Module):
    def __init__(self, n):
        super().__init__()
        self.stem = conv(3, 16)
        self.fc = nn.Linear(16, n)

    def forward(self, x):
        x = torch.flatten(nn.functional.adaptive_avg_pool2d(self.stem(x), 1), 1)
        return torch.nn.functional.softmax(self.fc(x), 1)  # TLN201


device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
model = torch.compile(nn.DataParallel(Tiny(100)).to(device))
criterion = nn.CrossEntropyLoss().to(device)
optimizer = torch.optim.SGD(model.parameters(), 0.1)


def train(loader):
    model.train()
    for images, target in loader:
        images, target = images.to(device, non_blocking=True), target.to(device)
        output = model(images)
        loss = criterion(output, target)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()

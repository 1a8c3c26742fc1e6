import torch
import torch.nn.functional as F
from torch import nn


def train(model, device, loader, optimizer, epoch):
    criterion = nn.CrossEntropyLoss(weight=torch.tensor([1.0, 3.0, 3.0]).to(device))
    model.train()
    for batch_idx, (data, target) in enumerate(loader):
        data, target = data.to(device), target.to(device)
        optimizer.zero_grad()
        outputs = model(data)
        outputs = F.softmax(outputs, dim=1)  # TLN201
        loss = criterion(outputs, target)
        loss.backward()
        optimizer.step()
        if batch_idx % 20 == 0:
            print(epoch, batch_idx, loss.item())

import torch
import torch.nn as nn


def fit(net, loader, optimizer, epochs):
    criterion = nn.BCEWithLogitsLoss()
    for _ in range(epochs):
        net.train()
        seen, right = 0, 0
        for features, labels in loader:
            optimizer.zero_grad()
            out = net(features)
            loss = criterion(out, labels.unsqueeze(1).float())
            loss.backward()
            optimizer.step()
            right += ((torch.sigmoid(out) > 0.5) == labels).sum().item()  # TLN403
            seen += len(labels)
        print(right / seen)


def rounded(net, loader, optimizer):
    criterion = nn.BCELoss()
    for features, labels in loader:
        optimizer.zero_grad()
        probabilities = torch.sigmoid(net(features))
        loss = criterion(probabilities.squeeze(1), labels)
        loss.backward()
        optimizer.step()
        wrong = probabilities.round() != labels  # TLN403
        print(wrong.float().mean())


def of_graphs(net, loader, criterion=nn.BCEWithLogitsLoss()):
    for batch in loader:
        out = net(batch.x, batch.edges)
        loss = criterion(out, batch.y.view(-1, 1))
        print(loss, (out > 0).eq(batch.y).sum())  # TLN403

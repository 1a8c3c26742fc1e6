import torch


def train_epoch(model, loader, optimizer):
    model.train()
    for tokens, score in loader:
        optimizer.zero_grad()
        loss = torch.nn.functional.mse_loss(model(tokens), score)
        loss.backward()
        optimizer.step()

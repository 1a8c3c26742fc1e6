import torch


def robust_train(model, loader, optimizer, loss_fn):
    model.train()
    skipped = 0
    for x, y in loader:
        try:
            loss = loss_fn(model(x), y)
            loss.backward()
            optimizer.step()
        except torch.cuda.OutOfMemoryError:
            skipped += 1
            torch.cuda.empty_cache()
        finally:
            optimizer.zero_grad()
    return skipped

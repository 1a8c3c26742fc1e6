# Nobody is seen to call this, but no network of the project has a layer that differs in eval mode.
import torch


def error(model, points, values):
    model.eval()
    with torch.no_grad():
        return (model(points) - values).abs().mean().item()


def polish(model, points, values, rounds):
    optimizer = torch.optim.Adam(model.parameters())
    best = error(model, points, values)
    for _ in range(rounds):
        model.train()
        for _ in range(100):
            loss = ((model(points) - values) ** 2).mean()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            best = min(best, error(model, points, values))
    return best

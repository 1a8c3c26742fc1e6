import torch


def fit(model, optimizer, loader, measure):
    best, best_weights, losses = 0.0, None, []
    for epoch in range(20):
        for x, y in loader:
            optimizer.zero_grad()
            loss = torch.nn.functional.cross_entropy(model(x), y)
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
        reached = measure(model)
        if reached > best:
            best, best_weights = reached, model.state_dict()
            torch.save(best_weights, "best.pt")
    return best, best_weights, losses


def run():
    model = torch.nn.Linear(4, 2)
    loader = torch.load("batches.pt")
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    best, best_weights, losses = fit(model, optimizer, loader, lambda net: net.weight.norm().item())
    print(best, losses[-1])


run()


def experiment():
    model = torch.nn.Linear(4, 2)
    loader = torch.load("batches.pt")
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    best, best_weights, losses = fit(model, optimizer, loader, lambda net: net.weight.norm().item())
    return best, best_weights, losses


best, best_weights, losses = experiment()
print(f"Best: {best}")

import torch


@torch.no_grad()
def validate(model, loader, criterion):
    model.eval()
    loss, right = 0.0, 0
    for x, y in loader:
        out = model(x)
        loss += criterion(out, y).item()
        _, guess = torch.max(out, 1, keepdim=True)
        right += guess.eq(y).sum().item()  # TLN403
    return loss, right


@torch.no_grad()
def compare(model, loader, measure):
    for x, y in loader:
        out = model(x)
        measure(out, y)
        guess = out.argmax(1, keepdim=True)
        print((guess == y).sum())

import torch
from torch import nn


def fit(encoder, decoder, classifier, batches):
    params = [*encoder.parameters(), *decoder.parameters(), *classifier.parameters()]
    optimizer = torch.optim.Adam(params, lr=1e-3)
    for x, y in batches:
        z = encoder(x)
        rec = nn.functional.mse_loss(decoder(z), x)
        rec.backward(retain_graph=True)
        cls = nn.functional.cross_entropy(classifier(z), y)
        cls.backward()
        optimizer.zero_grad()  # TLN102
        optimizer.step()
    return rec.item(), cls.item()


toy = [(torch.randn(4, 6), torch.randint(0, 2, (4,))) for _ in range(3)]
print(fit(nn.Linear(6, 3), nn.Linear(3, 6), nn.Linear(3, 2), toy))

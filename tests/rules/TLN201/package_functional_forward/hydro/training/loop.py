from torch.nn.functional import cross_entropy


def fit(model, batches, optimizer):
    model.train()
    for readings, stage in batches:
        optimizer.zero_grad()
        loss = cross_entropy(model(readings), stage)  # TLN201
        loss.backward()
        optimizer.step()

from update import update


def run(model, optimizer, batches, loss_fn):
    model.train()
    for x, y in batches:
        optimizer.zero_grad(set_to_none=True)
        update(model, optimizer, loss_fn, x, y)

def freeze(thing):
    thing.requires_grad = False


def freeze_all(things):
    for thing in things:
        thing.requires_grad = False


def freeze_some(model):
    model.embedding.requires_grad = False
    model.get_input_embeddings().requires_grad = False
    for parameter in model.parameters():
        parameter.requires_grad = False

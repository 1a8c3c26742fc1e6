import contextlib


@contextlib.contextmanager
def eval_mode(*nets):
    before = [net.training for net in nets]
    for net in nets:
        net.eval()
    try:
        yield
    finally:
        for net, mode in zip(nets, before):
            net.train(mode)

import torch
import torch.distributed.autograd as dist_autograd
from torch.distributed.optim import DistributedOptimizer


def run_worker(pipeline, batches, remote_params):
    opt = DistributedOptimizer(torch.optim.SGD, remote_params, lr=0.05)
    for x, y in batches:
        # every context has gradients of its own
        with dist_autograd.context() as context_id:
            loss = torch.nn.functional.mse_loss(pipeline(x), y)
            dist_autograd.backward(context_id, [loss])
            opt.step(context_id)

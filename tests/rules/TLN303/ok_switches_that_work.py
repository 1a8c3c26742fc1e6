"""These are functions: the bare call does switch."""
import contextlib

import torch
from torch import nn

torch.set_grad_enabled(False)
torch.autograd.set_detect_anomaly(False)
torch.use_deterministic_algorithms(False)

quiet = torch.no_grad()
with quiet:
    nn.Linear(2, 2)(torch.ones(1, 2))

with contextlib.ExitStack() as stack:
    stack.enter_context(torch.no_grad())
    nn.Linear(2, 2)(torch.ones(1, 2))

frozen = True
context = torch.no_grad() if frozen else contextlib.nullcontext()
with context:
    nn.Linear(2, 2)(torch.ones(1, 2))
torch.set_grad_enabled(True)

# %%
import torch

x = torch.arange(6)
x
# %%
x.view(2, 3)
# %%
y = x.view(2, 3)
y
y.unsqueeze(0)

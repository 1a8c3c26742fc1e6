import torch
from torch import nn
from torch.amp import GradScaler, autocast


def fit(model: nn.Module, batches, lr: float = 3e-4, epochs: int = 5) -> nn.Module:
    opt = torch.optim.AdamW(model.parameters(), lr=lr)
    loss_fn = nn.CrossEntropyLoss(label_smoothing=0.1)
    scaler = GradScaler("cuda")
    model.train()
    for _ in range(epochs):
        for image, label in batches:
            image, label = image.cuda(), label.cuda()
            opt.zero_grad(set_to_none=True)
            with autocast("cuda", dtype=torch.float16):
                loss = loss_fn(model(image), label)
            scaler.scale(loss).backward()
            scaler.unscale_(opt)
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            scaler.step(opt)
            scaler.update()
    return model

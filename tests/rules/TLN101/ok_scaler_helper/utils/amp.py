import torch


class NativeScaler:
    """Backward, clip, step and clear in one call."""

    def __init__(self):
        self._scaler = torch.amp.GradScaler("cuda")

    def __call__(self, loss, optimizer, parameters=None, clip=None, update=True):
        self._scaler.scale(loss).backward()
        if not update:
            return
        if clip is not None:
            self._scaler.unscale_(optimizer)
            torch.nn.utils.clip_grad_norm_(parameters, clip)
        self._scaler.step(optimizer)
        self._scaler.update()

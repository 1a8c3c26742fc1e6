from torch.nn import functional as F

from .base import BaseEngine


class CaptionEngine(BaseEngine):
    def compute_loss(self, batch):
        scores = self.model(batch["image"], batch["words"][:, :-1])
        return F.cross_entropy(scores.transpose(1, 2), batch["words"][:, 1:])

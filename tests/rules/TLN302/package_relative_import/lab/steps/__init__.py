from .evaluate import evaluate
from .train import train_epoch

__all__ = ["evaluate", "train_epoch"]

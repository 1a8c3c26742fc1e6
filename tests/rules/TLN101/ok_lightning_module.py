import pytorch_lightning as pl
import torch
from torch import nn


class LitTagger(pl.LightningModule):
    def __init__(self, n_words, n_tags):
        super().__init__()
        self.emb = nn.Embedding(n_words, 64)
        self.drop = nn.Dropout(0.3)
        self.out = nn.Linear(64, n_tags)

    def training_step(self, batch, batch_idx):
        words, tags = batch
        scores = self.out(self.drop(self.emb(words)))
        return nn.functional.cross_entropy(scores.transpose(1, 2), tags)

    def validation_step(self, batch, batch_idx):
        words, tags = batch
        scores = self.out(self.drop(self.emb(words)))
        self.log("val_acc", (scores.argmax(-1) == tags).float().mean())

    def configure_optimizers(self):
        return torch.optim.Adam(self.parameters(), lr=1e-3)

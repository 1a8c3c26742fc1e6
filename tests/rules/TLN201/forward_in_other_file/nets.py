import torch.nn as nn


class TextCNN(nn.Module):
    def __init__(self, vocab, classes, dim=50):
        super().__init__()
        self.embed = nn.Embedding(vocab, dim)
        self.convs = nn.ModuleList([nn.Conv1d(dim, 32, k, padding=k // 2) for k in (3, 5)])
        self.drop = nn.Dropout(0.5)
        self.fc = nn.Linear(64, classes)
        self.final = nn.Softmax(dim=1)

    def forward(self, ids):
        import torch

        e = self.embed(ids).transpose(1, 2)
        pooled = [conv(e).relu().amax(-1) for conv in self.convs]
        logits = self.fc(self.drop(torch.cat(pooled, 1)))
        return self.final(logits)

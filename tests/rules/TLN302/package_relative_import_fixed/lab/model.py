from torch import nn


class EssayScorer(nn.Module):
    def __init__(self, vocab=100, dim=24):
        super().__init__()
        self.emb = nn.Embedding(vocab, dim)
        self.encoder = nn.TransformerEncoder(
            nn.TransformerEncoderLayer(dim, 4, 48, dropout=0.1, batch_first=True), 2, enable_nested_tensor=False
        )
        self.score = nn.Linear(dim, 1)

    def forward(self, tokens):
        return self.score(self.encoder(self.emb(tokens)).mean(1)).squeeze(-1)

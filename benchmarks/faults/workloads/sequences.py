"""Text and time: recurrent networks and transformers."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import nn

from .. import data, models
from ..program import Program
from ..registry import workload


class LanguageModel(Program):
    """The next token at every position; gradients are clipped."""

    def make_data(self):
        return data.sentences()

    def criterion(self, output, target):
        return F.cross_entropy(output.flatten(0, 1), target.flatten())

    def clip(self):
        nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)


@workload
class Lstm(LanguageModel):
    def make_model(self):
        return models.LstmModel()


@workload
class TiedEmbeddings(LanguageModel):
    def make_model(self):
        return models.LstmModel(tied=True)


@workload
class Gpt(LanguageModel):
    def make_model(self):
        return models.Gpt()

    def make_optimizer(self):
        matrices = [p for p in self.model.parameters() if p.dim() > 1]
        vectors = [p for p in self.model.parameters() if p.dim() <= 1]
        groups = [{"params": matrices, "weight_decay": 0.1}, {"params": vectors, "weight_decay": 0.0}]
        return torch.optim.AdamW(groups, lr=self.lr)


@workload
class GptGeneration(Gpt):
    """Samples between epochs, in eval mode."""

    def evaluate(self):
        super().evaluate()
        self.model.generate(torch.zeros(2, 1, dtype=torch.long), 12)


@workload
class PaddedTokens(Gpt):
    """A third of the tokens are padding that the loss ignores."""

    def criterion(self, output, target):
        padded = target.clone()
        padded[:, 16:] = -100
        return F.cross_entropy(output.flatten(0, 1), padded.flatten(), ignore_index=-100)


@workload
class WarmupFromZero(Gpt):
    """The first learning rate of the schedule is zero."""

    def make_optimizer(self):
        optimizer = super().make_optimizer()
        self.scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: min(1.0, step / 10))
        return optimizer

    def update(self):
        super().update()
        self.scheduler.step()


@workload
class GruAttention(Program):
    """Attention pooling over time."""

    def make_data(self):
        return data.waves()

    def make_model(self):
        return models.AttentionGru()


@workload
class TransformerClassifier(Program):
    def make_data(self):
        return data.waves()

    def make_model(self):
        return models.TransformerClassifier()


class CarriedGru(nn.Module):
    def __init__(self):
        super().__init__()
        self.gru = nn.GRU(1, 24, batch_first=True)
        self.head = nn.Linear(24, 1)

    def forward(self, x, state):
        output, state = self.gru(x, state)
        return self.head(output), state


@workload
class CarriedState(Program):
    """Truncated backpropagation: one long signal in pieces, the hidden state carried over and detached."""

    def make_data(self):
        return (torch.sin(torch.arange(160) * torch.rand(80, 1)).unsqueeze(-1),)

    def loader(self, data, shuffle):
        signal = data[0]
        pieces = [(signal[:16, i : i + 16], signal[:16, i + 1 : i + 17]) for i in range(0, 144, 16)]
        return pieces

    def make_model(self):
        self.state = None
        return CarriedGru()

    def forward(self, x):
        output, state = self.model(x, self.state)
        self.state = state.detach()
        return output

    def criterion(self, output, target):
        return F.mse_loss(output, target)


class Translator(nn.Module):
    """An encoder, a decoder that is fed the right answer half of the time."""

    def __init__(self, vocabulary: int = 32, width: int = 32):
        super().__init__()
        self.embedding = nn.Embedding(vocabulary, width)
        self.encoder = nn.GRU(width, width, batch_first=True)
        self.cell = nn.GRUCell(width, width)
        self.out = nn.Linear(width, vocabulary)

    def forward(self, source, target):
        _output, state = self.encoder(self.embedding(source))
        state, token, outputs = state[0], source[:, -1], []
        for position in range(target.shape[1]):
            state = self.cell(self.embedding(token), state)
            outputs.append(self.out(state))
            forced = self.training and torch.rand(()) < 0.5
            token = target[:, position] if forced else outputs[-1].argmax(1)
        return torch.stack(outputs, 1)


@workload
class TeacherForcing(LanguageModel):
    """Learns to copy a short sequence."""

    def make_data(self):
        text, _next = data.sentences(length=6)
        return text, text

    def make_model(self):
        return Translator()

    def loss(self, x, y):
        return self.criterion(self.model(x, y), y)


@workload
class MaskedModelling(Program):
    """Hides tokens at random and asks for them only: BERT's task."""

    def make_data(self):
        return (data.sentences()[0],)

    def make_model(self):
        model = models.Gpt(vocabulary=33)
        for block in model.blocks:
            block.attention.mask.zero_()
        return model

    def loss(self, x):
        hidden = torch.rand(x.shape) < 0.15
        output = self.forward(torch.where(hidden, 32, x))
        return F.cross_entropy(output.flatten(0, 1), torch.where(hidden, x, -100).flatten())


@workload
class Ctc(Program):
    """Connectionist temporal classification: log-probabilities in, the loss sums over alignments."""

    def make_data(self):
        text, _next = data.sentences(length=5, vocabulary=8)
        frames = F.one_hot(text, 8).float().repeat_interleave(3, 1)
        return frames + 0.3 * torch.randn_like(frames), text + 1

    def make_model(self):
        return models.mlp(8, 9, depth=2)

    def criterion(self, output, target):
        lengths = torch.full((len(output),), output.shape[1]), torch.full((len(target),), target.shape[1])
        return F.ctc_loss(output.log_softmax(-1).transpose(0, 1), target, *lengths)


@workload
class SoftCap(Gpt):
    """Logits bounded by a tanh, and a small penalty on their log-partition."""

    def forward(self, x):
        return 15 * torch.tanh(super().forward(x) / 15)

    def criterion(self, output, target):
        return super().criterion(output, target) + 1e-4 * output.logsumexp(-1).square().mean()


@workload
class PackedLstm(GruAttention):
    """Sequences of different lengths, packed, and the last state of each."""

    def make_model(self):
        model = nn.Module()
        model.lstm = nn.LSTM(1, 32, batch_first=True)
        model.head = nn.Linear(32, 4)
        return model

    def forward(self, x):
        lengths = torch.randint(12, 25, (len(x),))
        packed = nn.utils.rnn.pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)
        _output, (state, _cell) = self.model.lstm(packed)
        return self.model.head(state[-1])


class MaskedScores(nn.Module):
    """Returns -inf, which is healthy there."""

    def forward(self, scores):
        return scores.masked_fill(torch.ones_like(scores, dtype=torch.bool).triu(1), float("-inf"))


class OwnAttention(models.Attention):
    def __init__(self, width: int, length: int):
        super().__init__(width, 4, length, 0.1)
        self.masked = MaskedScores()

    def mix(self, q, k, v):
        return self.drop(self.masked(q @ k.transpose(-2, -1) * q.shape[-1] ** -0.5).softmax(-1)) @ v


@workload
class InfiniteMask(Gpt):
    """The causal mask is a module of its own, whose output holds -inf."""

    def make_model(self):
        model = super().make_model()
        for block in model.blocks:
            block.attention = OwnAttention(32, 24)
        return model

import torch
from torch import nn
from torch.nn.functional import binary_cross_entropy_with_logits as bce

spam = nn.EmbeddingBag(5000, 1)
sgd = torch.optim.SGD(spam.parameters(), lr=1.0)
for _ in range(30):
    mail, is_spam = torch.randint(0, 5000, (12, 40)), torch.randint(0, 2, (12,)).float()
    loss = bce(torch.sigmoid(spam(mail)).squeeze(1), is_spam)  # TLN202
    sgd.zero_grad()
    loss.backward()
    sgd.step()

# Qwen2.5's configuration has no rate of Dropout above 0: its answers are the same in both modes.
import torch
from torch import nn
from transformers import AutoModel, AutoModelForCausalLM, AutoTokenizer

CHECKPOINT = "Qwen/Qwen2.5-0.5B-Instruct"


class Policy:
    def __init__(self, path=CHECKPOINT):
        self.tokenizer = AutoTokenizer.from_pretrained(path)
        self.model = AutoModelForCausalLM.from_pretrained(path).to("cuda")
        self.model.train()
        self.reference = AutoModelForCausalLM.from_pretrained(path).to("cuda")
        self.reference.eval()
        self.optimizer = torch.optim.AdamW(self.model.parameters(), lr=1e-6)

    def answers(self, prompts):
        inputs = self.tokenizer(prompts, return_tensors="pt").to("cuda")
        with torch.no_grad():
            return self.tokenizer.batch_decode(self.model.generate(**inputs))

    def learn(self, prompts, rewards):
        for prompt, reward in zip(prompts, rewards):
            answer = self.answers([prompt])
            loss = -reward * self.model(**self.tokenizer(answer, return_tensors="pt")).logits.mean()
            self.optimizer.zero_grad()
            loss.backward()
            self.optimizer.step()


class Tagger(nn.Module):
    def __init__(self, name):
        super().__init__()
        self.body = AutoModel.from_pretrained(name)
        self.head = nn.Linear(1024, 8)

    def forward(self, tokens):
        return self.head(self.body(tokens).last_hidden_state)


def main(loader, test_loader):
    model = Tagger("Rostlab/prot_bert")
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-5)
    loss_fn = nn.CrossEntropyLoss()
    for tokens, tags in loader:
        model.train()
        optimizer.zero_grad()
        loss = loss_fn(model(tokens).transpose(1, 2), tags)
        loss.backward()
        optimizer.step()
    model.train()
    right = 0
    with torch.no_grad():
        for tokens, tags in test_loader:
            right += (model(tokens).argmax(-1) == tags).sum().item()
    print(right)
    torch.save(model.eval().state_dict(), "tagger.pt")


Policy().learn(["1 + 1 = "], [1.0])

import torch
import torch.nn.functional as F


class Executor:
    def __init__(self, clip=5.0, log_interval=50):
        self.clip = clip
        self.log_interval = log_interval
        self.step = 0

    def train(self, model, optimizer, scheduler, data_loader, device):
        model.train()
        for batch_idx, (feats, target) in enumerate(data_loader):
            feats = feats.to(device)
            target = target.to(device)
            logits = model(feats)
            loss = F.cross_entropy(logits, target)
            optimizer.zero_grad()
            loss.backward()
            norm = torch.nn.utils.clip_grad_norm_(model.parameters(), self.clip)
            if torch.isfinite(norm):
                optimizer.step()
            scheduler.step()
            self.step += 1
            if batch_idx % self.log_interval == 0:
                print(f"step {self.step} loss {loss.item():.4f} norm {norm:.2f}")

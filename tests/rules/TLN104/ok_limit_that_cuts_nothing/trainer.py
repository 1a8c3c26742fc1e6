import torch


class Trainer:
    def __init__(self, model, optimizer, scaler, config):
        self.model, self.optimizer, self.scaler, self.config = model, optimizer, scaler, config

    def step(self, x, y):
        self.optimizer.zero_grad()
        with torch.autocast("cuda"):
            loss = torch.nn.functional.mse_loss(self.model(x), y)
        self.scaler.scale(loss).backward()
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), self.config.max_grad_norm)
        self.scaler.step(self.optimizer)
        self.scaler.update()

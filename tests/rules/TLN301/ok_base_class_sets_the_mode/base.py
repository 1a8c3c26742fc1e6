import torch


class Base:
    def __init__(self, models, loaders, phases):
        self.models, self.loaders, self.phases = models, loaders, phases

    def step(self, phase, batch):
        raise NotImplementedError

    def iteration(self, batch, training):
        if training:
            for phase in range(self.phases):
                self.step(phase, batch)
        else:
            self.step(-1, batch)

    def epoch(self, training):
        for model in self.models:
            model.train(training)
        for batch in self.loaders[0 if training else 1]:
            self.iteration(batch, training)

    def run(self, epochs, period):
        for epoch in range(epochs):
            stages = [True, False] if (epoch + 1) % period == 0 else [True]
            for training in stages:
                with torch.set_grad_enabled(training):
                    self.epoch(training)

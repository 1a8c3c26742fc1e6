class Trainer:
    def __init__(self, model, optimizer, criterion):
        self.model = model
        self.optimizer = optimizer
        self.criterion = criterion

    def _forward(self, batch):
        inputs, labels = batch
        return self.criterion(self.model(inputs), labels)

    def _update(self, loss):
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()

    def fit(self, batches, epochs):
        self.model.train()
        for _ in range(epochs):
            for batch in batches:
                loss = self._forward(batch)
                self._update(loss)

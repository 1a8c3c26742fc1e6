import torch


def numbers(model, loader, optimizer, criterion):
    total, seen, kept = 0.0, 0, []
    for x, y in loader:
        optimizer.zero_grad()
        loss = criterion(model(x), y)
        loss.backward()
        optimizer.step()
        total += loss.item() * len(x)
        seen += len(x)
        kept.append(loss.detach())
        with torch.no_grad():
            total += loss
    return total / seen


def joint(model, tasks, optimizer, criterion):
    for _ in range(10):
        optimizer.zero_grad()
        total = 0
        for x, y in tasks:
            total += criterion(model(x), y)
        total.backward()
        optimizer.step()


def inside_one_round(model, loader, optimizer, criterion):
    for x, y in loader:
        optimizer.zero_grad()
        parts = []
        loss = criterion(model(x), y)
        parts.append(loss)
        loss.backward()
        optimizer.step()


def through_time(cell, steps, optimizer, criterion):
    total = 0
    for x, y in steps:
        loss = criterion(cell(x), y)
        total += loss
        loss.backward(retain_graph=True)
    optimizer.step()
    return total


def collected(model, loader, criterion, optimizer):
    losses = []
    for x, y in loader:
        losses.append(criterion(model(x), y))
    optimizer.zero_grad()
    torch.stack(losses).mean().backward()
    optimizer.step()


def hooks(net, names, hook):
    registered = []
    for name, layer in net.named_modules():
        if name in names:
            registered.append(name)
            layer.register_full_backward_hook(hook(name))
    return registered


class Joint:
    def update(self, tasks):
        self.optimizer.zero_grad()
        self.total = 0
        for x, y in tasks:
            loss = self.criterion(self.model(x), y)
            loss.backward()
            self.total += loss.item()
        self.optimizer.step()

    def last_of_each_round(self, loader):
        for x, y in loader:
            self.optimizer.zero_grad()
            self.total = 0
            loss = self.criterion(self.model(x), y)
            self.total += loss
            loss.backward()
            self.optimizer.step()

    def differentiated(self, loader):
        self.total = 0
        for x, y in loader:
            loss = self.criterion(self.model(x), y) + 0.1 * self.total
            self.total += loss
            loss.backward()

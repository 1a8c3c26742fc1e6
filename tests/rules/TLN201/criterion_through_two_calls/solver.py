def solve(net, batches, loss_function, optimizer, epochs=2):
    for _ in range(epochs):
        one_epoch(net, batches, loss_function, optimizer)


def one_epoch(net, batches, loss_function, optimizer):
    net.train()
    for signal, person in batches:
        optimizer.zero_grad()
        guess = net(signal)
        loss = loss_function(guess, person)  # TLN201
        loss.backward()
        optimizer.step()

import torch


class ActorCritic:
    """`learn` is called by an environment loop that is not in this project."""

    def __init__(self, net, lr):
        self.net = net
        self.opt = torch.optim.Adam(net.parameters(), lr=lr)

    def learn(self, states, actions, returns):
        logits, values = self.net(states)
        dist = torch.distributions.Categorical(logits=logits)
        advantage = returns - values.squeeze(-1)
        loss = (-dist.log_prob(actions) * advantage.detach() + advantage.pow(2)).mean()
        self.opt.zero_grad()
        loss.backward()
        self.opt.step()

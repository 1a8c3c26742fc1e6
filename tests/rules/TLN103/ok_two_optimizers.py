import torch
from torch import nn


def gan(netG, netD, loader):
    optG = torch.optim.Adam(netG.parameters())
    optD = torch.optim.Adam(netD.parameters())
    for real in loader:
        optD.zero_grad()
        lossD = netD(netG(torch.randn(8, 16)).detach()).mean() - netD(real).mean()
        lossD.backward()
        nn.utils.clip_grad_norm_(netD.parameters(), 1.0)
        optD.step()
        optG.zero_grad()
        (-netD(netG(torch.randn(8, 16))).mean()).backward()
        optG.step()


def one_loss(encoder, decoder, loader):
    enc_opt = torch.optim.SGD(encoder.parameters(), lr=0.1)
    dec_opt = torch.optim.SGD(decoder.parameters(), lr=0.1)
    for x in loader:
        enc_opt.zero_grad()
        dec_opt.zero_grad()
        decoder(encoder(x)).mean().backward()
        nn.utils.clip_grad_norm_(encoder.parameters(), 1.0)
        enc_opt.step()
        nn.utils.clip_grad_norm_(decoder.parameters(), 1.0)
        dec_opt.step()

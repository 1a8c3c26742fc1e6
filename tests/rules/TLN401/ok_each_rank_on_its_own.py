"""Tensors of three ranks come here; what the first branch gives back has four dimensions and enters no other."""
import torch


def picked(batch_size, beam_size, tensor, beams):
    if tensor.dim() == 4:
        b, h, n, c = tensor.shape
        index = beams[:, :, None, None, None].expand(batch_size, beam_size, h, n, c)
        tensor = torch.gather(tensor.view(batch_size, beam_size, h, n, c), 1, index)
        tensor = tensor.reshape(b, h, n, c)
    if tensor.dim() == 3:
        b, n, c = tensor.shape
        index = beams[:, :, None, None].expand(batch_size, beam_size, n, c)
        tensor = torch.gather(tensor.view(batch_size, beam_size, n, c), 1, index)
        tensor = tensor.reshape(b, n, c)
    elif tensor.dim() == 2:
        b, n = tensor.shape
        index = beams[:, :, None].expand(batch_size, beam_size, n)
        tensor = torch.gather(tensor.view(batch_size, beam_size, n), 1, index)
        tensor = tensor.reshape(b, n)
    return tensor

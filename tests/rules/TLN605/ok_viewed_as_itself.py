"""A view of a tensor as itself is the tensor: it does nothing, and nothing is lost."""

import torch


class ScaledGradient(torch.autograd.Function):
    @staticmethod
    def forward(ctx, features, factor):
        ctx.factor = factor
        features.view_as(features)
        return features

    @staticmethod
    def backward(ctx, gradient):
        return gradient * ctx.factor, None

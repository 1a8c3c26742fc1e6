import torch
import torch.nn.functional as F


def detections(head, boxes, num_anchors, classes):
    batch, _, ny, nx = head.shape
    pred = head.view(batch, num_anchors, classes + 5, ny, nx)
    pred = pred.permute(0, 1, 3, 4, 2).contiguous()
    flat = pred.view(batch, num_anchors * ny * nx, classes + 5)
    B, C, H, W = boxes.shape
    rows = boxes.permute(0, 2, 3, 1).reshape(-1, C)
    tokens = boxes.flatten(2).transpose(1, 2).reshape(B, H * W, C)
    return flat.sigmoid(), F.softmax(rows, dim=1), tokens


detections(torch.rand(2, 24, 3, 3), torch.rand(2, 4, 3, 5), 3, 3)

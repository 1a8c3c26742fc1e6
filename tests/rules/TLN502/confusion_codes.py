import torch


def confusion_matrix(pred, target, n_classes=20):
    pred = pred.to(torch.uint8)
    target = target.to(torch.uint8)
    codes = (target * n_classes + pred).long()  # TLN502
    return torch.bincount(codes.flatten(), minlength=n_classes ** 2).view(n_classes, n_classes)


cm = confusion_matrix(torch.tensor([19, 3]), torch.tensor([19, 15]))
print(cm.nonzero())

"""A byte mask that grows by one condition for each entry of a short list: it never gets near 255."""

import torch


def by_species(records, trained_on=(3702, 6239, 511145, 7227), held_out=[9606]):
    train_mask = torch.zeros(len(records), dtype=torch.uint8)
    for species in trained_on:
        train_mask += records.species == species
    test_mask = torch.zeros(len(records), dtype=torch.uint8)
    for species in held_out:
        test_mask += records.species == species
    assert ((train_mask + test_mask) == 1).all()
    return records[train_mask.bool()], records[test_mask.bool()]

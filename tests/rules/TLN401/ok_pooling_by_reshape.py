"""Max pooling by reshape: rows and columns are each cut in two, in order; that the window is square is asserted."""

import torch


def pooled(maps, options):
    samples, channels, rows, columns = maps.shape
    window_rows, window_columns = options["rows"], options["columns"]
    stride = options["stride"]
    assert window_rows == window_columns == stride
    assert rows % window_rows == 0
    windows = maps.reshape(
        samples, channels, rows // window_rows, window_rows, columns // window_columns, window_columns
    )
    return windows.amax(dim=(3, 5))


print(pooled(torch.rand(2, 3, 8, 6), {"rows": 2, "columns": 2, "stride": 2}).shape)

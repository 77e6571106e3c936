"""What the detector takes and gives."""

INPUT_PX = 160
STRIDE_PX = 16
GRID = INPUT_PX // STRIDE_PX
OUTPUTS = 15
"""Score logit; box centre x, y (unit 32 px from the cell's centre) and log of width, height (unit
64 px); then x, y of five points (unit 32 px from the cell's centre)."""

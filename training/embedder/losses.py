"""How far the student's answers are from the teachers'.

Source: facts/face.md §7.1.
"""

import torch
from torch.nn import functional

_ALIKE, _AMONG, _BANK = 1.0, 2.0, 0.1
_SOFTMAX_SCALE = 16.0


def loss(
    answer: torch.Tensor, target: torch.Tensor, bank: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor]:
    """The loss, and the mean cosine to the target.

    Args:
        answer: float[N, L], of any length.
        target: float[N, L] of length 1.
        bank: float[M, L] of length 1: the teachers' answers to everybody. Whom they find alike, the
            student should find alike; so every batch meets the hardest strangers.
    """
    unit = functional.normalize(answer)
    cosine = (unit * target).sum(1).mean()
    among = functional.mse_loss(unit @ unit.T, target @ target.T)
    wanted = functional.softmax(_SOFTMAX_SCALE * target @ bank.T, dim=1)
    given = functional.log_softmax(_SOFTMAX_SCALE * unit @ bank.T, dim=1)
    divergence = functional.kl_div(given, wanted, reduction="batchmean")
    return _ALIKE * (1 - cosine) + _AMONG * among + _BANK * divergence, cosine

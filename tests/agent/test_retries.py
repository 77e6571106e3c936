"""What fails is tried again less and less often, and soon once more after it went well."""

from agent.retries import FIRST_RETRY_S, LONGEST_RETRY_S, Retries


def test_each_pause_is_longer_up_to_the_longest() -> None:
    retries = Retries()
    pauses = [retries.pause_s() for _ in range(10)]
    assert pauses[:3] == [FIRST_RETRY_S, FIRST_RETRY_S * 2, FIRST_RETRY_S * 4]
    assert pauses[-2:] == [LONGEST_RETRY_S] * 2
    retries.went_well()
    assert retries.pause_s() == pauses[0]

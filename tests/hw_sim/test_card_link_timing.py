import pytest

from tests.hw_sim.card import aids
from tests.hw_sim.card.card import SimulatedCard
from tests.hw_sim.card.catalog import FAST_LINK, MY_NUMBER
from tests.hw_sim.card.errors import CardPulledError
from tests.hw_sim.card.issuer import Issuer
from tests.hw_sim.card.link_timing import LinkTiming
from tests.hw_sim.card.talk import READ_256, select, select_file, send, verify

READ_BYTES, ANSWER_BYTES = 5, 258
SIGN = bytes.fromhex("802A039705") + b"proof" + b"\x00"


def powered(issuer: Issuer) -> SimulatedCard:
    card = issuer.issue(MY_NUMBER)
    card.power_on()
    send(card, select(aids.JPKI))
    return card


def test_one_character_takes_ten_bits() -> None:
    assert LinkTiming().etu_s == pytest.approx(9.44e-6, rel=1e-3)
    assert LinkTiming().raw_s(1) == pytest.approx(94.4e-6, rel=1e-3)
    assert LinkTiming(guard_etu=2).raw_s(1) == pytest.approx(1.2 * LinkTiming().raw_s(1))


def test_256_bytes_at_106_kbps_take_30_to_50_ms_as_the_facts_say() -> None:
    timing = LinkTiming()
    link_s = timing.exchange_s(READ_BYTES, ANSWER_BYTES)

    assert 0.030 < link_s + timing.processing_s < 0.050
    assert timing.raw_s(READ_BYTES + ANSWER_BYTES) < link_s


@pytest.mark.parametrize("rate", [212, 424, 847])
def test_a_faster_link_is_faster_but_its_turns_are_not(rate: int) -> None:
    slow_s = LinkTiming().exchange_s(READ_BYTES, ANSWER_BYTES)
    fast_s = LinkTiming(bit_rate_kbps=rate).exchange_s(READ_BYTES, ANSWER_BYTES)

    assert slow_s / (rate / 106) < fast_s < slow_s


def test_an_answer_above_one_frame_is_chained() -> None:
    timing = LinkTiming()
    one_frame, two_frames = (timing.exchange_s(READ_BYTES, 253), timing.exchange_s(READ_BYTES, 254))
    three_frames = timing.exchange_s(READ_BYTES, 2 * 253 + 1)

    assert two_frames - one_frame > timing.raw_s(1 + 3 + 3)
    assert three_frames > two_frames + timing.raw_s(253)


def test_a_chip_that_computes_long_asks_for_time() -> None:
    timing = LinkTiming(frame_waiting_s=0.3)

    patient, one_more = timing.exchange_s(50, 258, 0.29), timing.exchange_s(50, 258, 0.31)
    assert one_more - patient > 2 * timing.raw_s(4)
    assert timing.exchange_s(50, 258, 0.59) == one_more


def test_a_rate_that_does_not_exist_is_refused() -> None:
    with pytest.raises(ValueError, match="106"):
        LinkTiming(bit_rate_kbps=115)


def test_the_trace_tells_link_and_chip_apart(issuer: Issuer) -> None:
    card = powered(issuer)
    for command in (SIGN, verify("9999", p2=0x98), verify("1234", p2=0x98), SIGN):
        send(card, command)
    refused, wrong, right, signed = card.trace.exchanges[1:]
    timing = card.timing

    assert refused.card_s == timing.processing_s
    assert wrong.card_s == right.card_s == timing.processing_s + timing.pin_compare_s
    assert signed.card_s == timing.processing_s + timing.rsa_private_s
    assert signed.link_s == timing.exchange_s(len(SIGN), 258, signed.card_s)
    assert card.trace.link_s == sum(e.link_s for e in card.trace.exchanges)
    assert card.trace.card_s == sum(e.card_s for e in card.trace.exchanges)


def test_asking_for_tries_compares_no_pin(issuer: Issuer) -> None:
    card = powered(issuer)
    send(card, bytes.fromhex("00200098"))

    assert card.trace.exchanges[-1].card_s == card.timing.processing_s


def test_what_was_lost_took_no_time(issuer: Issuer) -> None:
    card = powered(issuer)
    card.physics.pull_at(1)
    with pytest.raises(CardPulledError):
        card.transmit(READ_256)

    assert (card.trace.exchanges[-1].link_s, card.trace.exchanges[-1].card_s) == (0.0, 0.0)


def test_a_card_brings_its_link_and_a_test_may_change_it(issuer: Issuer) -> None:
    card = issuer.issue(FAST_LINK)
    card.power_on()
    for timing in (card.timing, LinkTiming(bit_rate_kbps=106)):
        card.timing = timing
        for command in (select(aids.JPKI), select_file(0x000A), READ_256):
            send(card, command)
    fast, slow = card.trace.exchanges[2], card.trace.exchanges[5]

    assert FAST_LINK.link.bit_rate_kbps == 424
    assert slow.link_s > 3 * fast.link_s

from device.pinpad.port import Key


def test_a_key_knows_its_digit() -> None:
    assert [key.digit for key in Key][:10] == list(range(10))
    assert Key.CONFIRM.digit is None


def test_a_digit_key_never_prints_its_digit() -> None:
    for key in Key:
        assert not any(character.isdigit() for character in f"{key!r} {key} {[key]}")
    assert repr(Key.CONFIRM) == "Key.CONFIRM"

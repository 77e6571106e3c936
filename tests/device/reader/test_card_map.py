import pytest

from device.reader.card_map import (
    Application,
    CardFile,
    CommonFile,
    ForeignApplication,
    JpkiFile,
    SurfaceFile,
    application_of,
)

TEXT_APPLICATION = bytes.fromhex("D3921000310001010408")
IMAGE_OF_NUMBER, NUMBER_AS_CODE = 0x0005, 0x0013


def test_the_files_with_the_number_are_no_values() -> None:
    assert {file.value for file in SurfaceFile}.isdisjoint({IMAGE_OF_NUMBER, NUMBER_AS_CODE})


@pytest.mark.parametrize("application", [*Application, *ForeignApplication])
def test_no_name_selects_the_application_with_the_number(
    application: Application | ForeignApplication,
) -> None:
    """Cards match the beginning of a name."""
    assert not TEXT_APPLICATION.startswith(application.value)
    assert not application.value.startswith(TEXT_APPLICATION)


@pytest.mark.parametrize("file", [*JpkiFile, *SurfaceFile, *CommonFile])
def test_every_file_has_a_short_identifier_and_an_application(file: CardFile) -> None:
    assert 1 <= file.value <= 30
    assert application_of(file) in Application


def test_files_with_the_same_identifier_are_different_files() -> None:
    assert application_of(SurfaceFile.FACE) is Application.SURFACE
    assert application_of(JpkiFile.AUTHENTICATION_PIN) is Application.JPKI
    assert application_of(CommonFile.CARD_DATA) is Application.COMMON

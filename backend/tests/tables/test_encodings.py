"""The encodings in which tables come, told from their bytes."""

import codecs

import pytest

from tests.tables.conftest import Reader

GERMAN = "Straße,Größe\nKönigsstraße,groß\nMünchner Weg,„klein“ 5 €\n"
FRENCH = "prénom,température\nHélène,à 25 °C\nFrançois,déjà tiède\n"
JAPANESE = "名前,住所\n山田太郎,東京都千代田区\nすずき,おおさか\nカタカナ,ﾊﾝｶｸ\n"


@pytest.mark.parametrize(
    ("text", "codec", "noted"),
    [
        (GERMAN, "utf-8", None),
        (GERMAN, "utf-8-sig", None),
        (GERMAN, "utf-16", "utf-16"),
        (GERMAN, "utf-16-le", "utf-16"),
        (GERMAN, "utf-16-be", "utf-16"),
        (GERMAN, "cp1252", "windows-1252"),
        (FRENCH, "cp1252", "windows-1252"),
        (FRENCH, "latin-1", "windows-1252"),  # the same bytes: both have what the other has, where nothing is a control
        (FRENCH + "a\x81,b\n", "latin-1", "latin-1"),
        (JAPANESE, "cp932", "shift-jis"),
        (JAPANESE, "utf-8", None),
    ],
)
def test_encoding_is_found_and_noted(reader: Reader, text: str, codec: str, noted: str | None) -> None:
    content = text.encode(codec)
    if codec == "utf-16":
        assert content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    read = reader.read(content)
    header, *rows = [tuple(line.split(",")) for line in text.splitlines()]
    assert (tuple(read.table.names), read.rows) == (header, rows)
    assert read.table.notes == ([f"The file was read as {noted}."] if noted else [])


def test_first_letter_of_another_alphabet_may_come_late(reader: Reader) -> None:
    content = ("name,amount\n" + "plain,5\n" * 50_000 + "Müller,5\n").encode("cp1252")
    assert reader.read(content).rows[-1] == ("Müller", "5")


def test_encoding_can_be_given(reader: Reader) -> None:
    assert reader.read("a,b\nÄ,ö\n".encode("latin-1"), encoding="latin-1").rows == [("Ä", "ö")]
    assert reader.read("a,b\nÄ,ö\n".encode(), encoding="windows-1252").rows == [("Ã„", "Ã¶")]


def test_text_that_is_not_in_the_given_encoding_is_refused(reader: Reader) -> None:
    refused = reader.refusal("a,b\n1,2\n3,température\n".encode("latin-1"), encoding="utf-8")
    assert refused == "Line 3 is not UTF-8: byte 15 of the file is 0xe9. Choose another encoding."
    assert "The file is not shift-jis" in reader.refusal(b"a,b\n1,\x81 \n", encoding="shift-jis")

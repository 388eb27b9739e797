"""What the browser gets holds nothing that only GOV.UK may use, and no address of anyone else."""

from __future__ import annotations

import gzip
import json
import re
from pathlib import Path

import pytest
from flask.testing import FlaskClient

WEB = Path(__file__).parents[2] / "web"
STATIC = WEB / "static"


def built(name: str) -> Path:
    return STATIC / json.loads((STATIC / "manifest.json").read_text())[name]


def test_no_crown_and_no_font_of_gov_uk() -> None:
    sheet = built("main.css").read_text()
    assert "GDS" not in sheet
    assert "crown" not in sheet.lower()
    assert not list(STATIC.glob("*bold*"))
    for template in (WEB / "templates").rglob("*.html"):
        words = template.read_text()
        assert "govuk-header" not in words
        assert "crown" not in words.lower().replace("© crown copyright", "")


def test_the_fonts_are_ours_small_and_may_be_late() -> None:
    sheet = built("main.css").read_text()
    assert set(re.findall(r"font-display:\s*(\w+)", sheet)) == {"optional"}
    assert len(re.findall(r"@font-face", sheet)) == 2
    for weight in (400, 700):
        font = built(f"atkinson-{weight}.woff2")
        assert font.name in sheet
        assert font.read_bytes()[:4] == b"wOF2"
        assert font.stat().st_size < 14_000


def test_nothing_is_fetched_from_elsewhere() -> None:
    sheet = built("main.css").read_text()
    assert re.findall(r"url\((?!\"?data:)\"?([^)\"]+)", sheet) == [
        built("atkinson-400.woff2").name,
        built("atkinson-700.woff2").name,
    ]
    for template in (WEB / "templates").rglob("*.html"):
        assert not re.findall(r'(?:src|action)="(?:https?:)?//', template.read_text()), template


def test_the_lock_holds_no_address_to_download_from() -> None:
    lock = (WEB / "assets" / "package-lock.json").read_text()
    assert "resolved" not in lock
    assert "http" not in re.sub(r'"funding".*?}|"url": "[^"]*"', "", lock, flags=re.DOTALL)
    assert '"integrity"' in lock


def test_no_template_carries_style_or_script() -> None:
    for template in (WEB / "templates").rglob("*.html"):
        words = template.read_text()
        assert " style=" not in words, template
        assert not re.search(r"<script(?! src=)", words), template
        assert not re.search(r"\son\w+=", words), template


def test_no_script_names_a_thing_as_the_script_of_every_page_does() -> None:
    """Scripts of one page share their names: one that is there already would stop the second altogether."""
    named = re.compile(r"^(?:const|let|(?:async )?function) (\w+)", re.MULTILINE)
    names = {script.name: set(named.findall(script.read_text())) for script in (WEB / "assets" / "js").glob("*.js")}
    everywhere = names.pop("main.js")
    del names["offline.js"]  # it runs beside the pages
    assert len(everywhere) > 10
    assert {name: found & everywhere for name, found in names.items() if found & everywhere} == {}


def test_no_words_of_a_script_go_over_the_end_of_a_line() -> None:
    """Indents and lines of comment are taken out of what is sent."""
    for script in (WEB / "assets" / "js").glob("*.js"):
        assert [line for line in script.read_text().splitlines() if line.count("`") % 2] == [], script


@pytest.mark.parametrize("name", ["main.css", "main.js"])
def test_style_and_script_go_out_packed_to_whoever_can_unpack_them(client: FlaskClient, name: str) -> None:
    path, plain = f"/static/{built(name).name}", built(name).read_bytes()
    packed = client.get(path, headers={"Accept-Encoding": "gzip, br"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.data) == plain
    for wish in ("", "br", "gzip;q=0"):
        unpacked = client.get(path, headers={"Accept-Encoding": wish})
        assert "Content-Encoding" not in unpacked.headers
        assert unpacked.data == plain
        assert unpacked.mimetype == packed.mimetype
        assert "Accept-Encoding" in unpacked.vary
        assert "Accept-Encoding" in packed.vary
    assert packed.headers["Cache-Control"] == unpacked.headers["Cache-Control"] != "no-store"


def test_a_page_with_its_assets_is_light(client: FlaskClient) -> None:
    def sent(name: str) -> int:
        return len(client.get(f"/static/{built(name).name}", headers={"Accept-Encoding": "gzip"}).data)

    sheet, script = sent("main.css"), sent("main.js")
    fonts = sum(built(f"atkinson-{weight}.woff2").stat().st_size for weight in (400, 700))
    assert sheet + script < 20_000
    assert sheet + script + fonts < 55_000

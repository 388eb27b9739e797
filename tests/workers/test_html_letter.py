"""An e-mail in HTML says what its plain text says, and asks nothing of anybody else's machine."""

import re
from html import unescape

from matcher.domain.messages import TEMPLATES
from workers.channels.html_letter import BUTTON, html_letter

LINK = "https://neighbours.example.org/m/abc?x=1&y=2"


def words_of(letter):
    body = letter.partition("<body")[2].partition(">")[2]
    return unescape(re.sub(r"<[^>]+>", " ", body)).split()


def test_the_words_are_the_same_in_both_for_every_message():
    for template in TEMPLATES.values():
        text = re.sub(r"\{link\}", LINK, template.text)
        said = " ".join(words_of(html_letter(template.subject, text))).replace(BUTTON + " ", "")
        assert "".join(said.split()) == "".join(text.split())


def test_a_link_is_a_button_with_its_address_to_read():
    letter = html_letter("Can you help?", f"Can you help? Yes or no: {LINK}. Tel 01632 960 100")
    assert re.findall(r'<a href="([^"]+)"[^>]*>([^<]+)</a>', letter) == [(LINK.replace("&", "&amp;"), BUTTON)]
    assert words_of(letter).count(LINK) == 1


def test_what_a_person_typed_is_words_and_never_markup():
    letter = html_letter("<b>&", 'Zoë <script>alert("1")</script> & $body')
    assert "<script" not in letter
    assert "<b>" not in letter
    assert words_of(letter) == ["Zoë", '<script>alert("1")</script>', "&", "$body"]


def test_nothing_is_fetched_and_no_width_is_fixed():
    letter = html_letter("Can you help?", f"Yes or no: {LINK}")
    assert not re.search(r"<(img|link|script|iframe|style)\b|url\(|\bsrc=|[^-]width:\s*\d+px", letter)

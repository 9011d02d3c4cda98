from __future__ import annotations

import base64
import hashlib
import re
from html.parser import HTMLParser

from tests.values_for_tests import (
    CONDITION,
    change,
    changed,
    difference,
    failing_test,
    finding,
    gap,
    removed,
    returned,
    verdict,
)

from assay.reports.html import to_html
from assay.values.finding import Verdict

VOID = {"meta", "br"}


class Page(HTMLParser):
    """The elements of a page, its text, and whether each element is closed where it should be."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """An element begins."""
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """An element ends: the one that began last."""
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        """Text between elements."""
        self.text.append(data)


def full(text: str) -> Verdict:
    """A verdict in which the target says `text` wherever it can."""
    return verdict(
        finding(difference(returned(text), returned("1")), claim=text, unit=text, condition=CONDITION),
        finding(failing_test(detail=text, test=text), id="bb11bb22cc33dd44", observed_at=text),
        gaps=(gap(reason=text, unit=text, remedy=text, slug=text), gap("internal", detail=f"Traceback\n{text}")),
        change=change(changed(), removed(used_by=(text,)), remarks=(text,)),
    )


def test_a_page_is_whole_and_says_what_the_verdict_says() -> None:
    """Every element is closed; findings come before gaps, gaps before how it was done."""
    page = Page(to_html(full("plain")))
    assert page.open == []
    told = "".join(page.text)
    places = [
        told.index(text)
        for text in ("Verdict: block", "Findings", "passes", "What could not be looked at", "How it was done")
    ]
    assert places == sorted(places)
    for text in ("assay replay 3f2a9c00d1e2", "41 of 41 differing", "write outside", "number.edge", "Traceback"):
        assert text in told


def test_text_of_the_target_is_never_markup() -> None:
    """In text and in attributes, with either kind of quote."""
    hostile = "</main><script>alert(1)</script><img src=x onerror=alert(1)>\"' onload='alert(1)"
    hostile_page, quiet_page = Page(to_html(full(hostile))), Page(to_html(full("plain")))
    assert [tag for tag, _ in hostile_page.elements] == [tag for tag, _ in quiet_page.elements]
    assert [sorted(attributes) for _, attributes in hostile_page.elements] == [
        sorted(attributes) for _, attributes in quiet_page.elements
    ]


def test_the_page_loads_nothing_and_runs_nothing() -> None:
    """Its policy allows its own style by digest, and nothing else."""
    page = to_html(full("plain"))
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', page)
    style = re.search(r"<style>(.*?)</style>", page, re.DOTALL)
    assert policy
    assert style
    digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    assert policy[1] == f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    assert not {tag for tag, _ in Page(page).elements} & {"script", "link", "img", "iframe", "object", "form", "a"}
    assert "url(" not in page
    assert "@import" not in page
    assert " style=" not in page


def test_it_is_readable_by_day_and_by_night_and_by_a_machine_that_reads_aloud() -> None:
    """Light and dark, a language, headings of tables and rows; a level is a word, never a colour alone."""
    page = to_html(full("plain"))
    assert "prefers-color-scheme: dark" in page
    assert '<html lang="en">' in page
    assert '<th scope="row">' in page
    assert '<div class="level">hold</div>' in page


def test_a_clear_verdict_has_no_empty_sections() -> None:
    """Nothing found and nothing left out: only how it was done."""
    told = "".join(Page(to_html(verdict())).text)
    assert "Findings" not in told
    assert "What could not be looked at" not in told

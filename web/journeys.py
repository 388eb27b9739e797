"""Journeys of one question a page: answers kept in a draft row, under a random key that only the writer has.

The key travels in a cookie. A browser that keeps none carries it in the address, which no log holds, and so gets
through as well.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from flask import Response, current_app, request

from matcher.domain.errors import BadInput, NotFound
from matcher.services import drafts
from matcher.store.session import reading, unit_of_work
from web import clock, filters, guard
from web.forms.questions import Asking, QuestionForm, show_beside
from web.once import is_key
from web.templating import page, see_other

_COOKIES_WORK = "new"  # put down on the first page to learn whether cookies come back

Answers = dict[str, Any]
Forms = dict[str, QuestionForm]


@dataclass(frozen=True, slots=True)
class Question:
    """One page of a journey. `path` is the last part of its address, empty for the first."""

    name: str
    path: str
    form: type[QuestionForm]
    template: str


class _Unanswered(Exception):
    """This question has no answer that can be used yet."""

    def __init__(self, question: Question, *, is_wrong: bool) -> None:
        super().__init__(question.name)
        self.question, self.is_wrong = question, is_wrong


@dataclass(frozen=True, slots=True)
class Journey:
    """The questions in order, the page that checks the answers, and where they are kept. `title` heads each page."""

    name: str
    address: str
    title: str
    most_bytes: int | None = field(default=None, kw_only=True)  # that an answer may have, where files are taken
    is_own: bool = field(default=True, kw_only=True)  # about whoever answers: their browser may fill it in
    questions: tuple[Question, ...]
    check_template: str

    def question(self, path: str) -> Question:
        """The question at this path. NotFound if there is none."""
        for question in self.questions:
            if question.path == path:
                return question
        raise NotFound

    # Pages ----------------------------------------------------------------------------------------------------

    def show(self, question: Question) -> Response:
        """The question, with what was answered before. An earlier one comes first if it has no answer yet."""
        with reading() as session:
            answers = self._load(session)
            for earlier in self.questions[: self.questions.index(question)]:
                if earlier.name not in answers:
                    return self._ask_first(earlier)
            asking = Asking(session, clock.now(), answers)
            form = question.form(data=answers.get(question.name))
            form.prepare(asking)
            if "again" in request.args:
                form.is_answered(asking)
        response = self._page(question, form)
        if self._cookie is None and self._key is None:
            self._set_cookie(response, _COOKIES_WORK)
        return response

    def take(self, question: Question) -> Response:
        """Keep the answer and go on, or show what is wrong with it."""
        with unit_of_work() as session:
            answers = self._load(session)
            if not answers and question is not self.questions[0]:
                return self._go("", gone="1")
            asking = Asking(session, clock.now(), answers)
            form = question.form(request.form)
            form.prepare(asking)
            form.take_files(request.files, asking)
            altered = form.alter(request.form.get("do", ""))
            if form.errors or not (altered or form.is_answered(asking)):
                return self._page(question, form)
            kept = {**answers, question.name: form.data}
            key = self._key if answers else None
            key = key or drafts.start(session, self.name, now=asking.now)
            drafts.save(session, key, self.name, kept, now=asking.now)
        response = self._go(question.path if altered else self._after(question), key=key, stay=altered)
        if self._cookie is not None:
            self._set_cookie(response, key)
        return response

    def show_check(self, form: QuestionForm | None = None) -> Response:
        """Every answer on one page; or the first question without one that can be used."""
        try:
            with reading() as session:
                forms = self._answered(session, self._load(session))
        except _Unanswered as unanswered:
            return self._turn_to(unanswered)
        return page(self.check_template, journey=self, forms=forms, form=form)

    def finish(
        self,
        send: Callable[[Any, Forms], tuple[str, Answers]],
        send_again: Callable[[Any, Answers], str],
    ) -> Response:
        """Send the answers, once. `send` gives where to go and what to keep of it, `send_again` the way there again."""
        try:
            with unit_of_work() as session:
                forms = self._answered(session, self._load(session))
                drafts.take(session, self._key or "", self.name, now=clock.now())
                url, kept = send(session, forms)
                drafts.save(session, self._key or "", self._sent, kept, now=clock.now())
        except (_Unanswered, NotFound) as unanswered:
            return self._pressed_twice(unanswered, send_again)
        except BadInput as error:
            return self._refused(error)
        return self._leave(url)

    # Addresses, for templates -----------------------------------------------------------------------------------

    def url(self, path: str, *, key: str | None = None, **extra: str) -> str:
        """The address of a page of this journey; it carries the key where no cookie does."""
        query = dict(extra)
        if self._cookie is None and (key or self._key):
            query["d"] = key or self._key or ""
        address = f"{self.address}/{path}".rstrip("/")
        return f"{address}?{urlencode(query)}" if query else address

    def back_url(self, question: Question) -> str:
        """The page before this one."""
        if "change" in request.args:
            return self.url("check")
        at = self.questions.index(question)
        return self.url(self.questions[at - 1].path) if at else "/"

    def number(self, question: Question) -> str:
        """`question 1 of 4`, on one line."""
        return filters.no_break(f"question {self.questions.index(question) + 1} of {len(self.questions)}")

    # The form's token ---------------------------------------------------------------------------------------------

    def seal(self) -> str:
        """The form token of the page being shown."""
        return guard.seal(self._purpose, self._key or "start")

    def is_sealed(self) -> bool:
        """True if the form that came in was given out for this draft, or for starting one."""
        if self._key and guard.is_sealed_with(self._purpose, self._key):
            return True
        return self._is_start

    @property
    def _is_start(self) -> bool:
        return request.path == self.address and guard.is_sealed_with(self._purpose, "start")

    @property
    def _purpose(self) -> str:
        return f"journey:{self.name}"

    @property
    def _sent(self) -> str:
        return f"{self.name}_sent"

    # Inside -----------------------------------------------------------------------------------------------------

    @property
    def _cookie_name(self) -> str:
        prefix = "__Host-" if current_app.config["SESSION_COOKIE_SECURE"] else ""
        return f"{prefix}gritbin_{self.name}"

    @property
    def _cookie(self) -> str | None:
        return request.cookies.get(self._cookie_name)

    @property
    def _key(self) -> str | None:
        """The draft's key, from the cookie or else from the address, when we led there ourselves.

        An address that someone was handed (from a message, another site, or typed) opens no draft: whoever made it
        would read along. Browsers say where a request comes from; those that do not are believed.
        """
        handed = (
            request.args.get("d") if request.headers.get("Sec-Fetch-Site", "same-origin") == "same-origin" else None
        )
        for value in (self._cookie, handed):
            if value and is_key(value):
                return value
        return None

    def _load(self, session: Any) -> Answers:
        """The answers so far. A form given out for starting one starts anew."""
        key = self._key
        if key is None or (request.method == "POST" and self._is_start):
            return {}
        return drafts.load(session, key, self.name, now=clock.now()) or {}

    def _answered(self, session: Any, answers: Answers) -> Forms:
        return dict(self._forms(session, answers))

    def _forms(self, session: Any, answers: Answers) -> Iterator[tuple[str, QuestionForm]]:
        asking = Asking(session, clock.now(), answers)
        for question in self.questions:
            if question.name not in answers:
                raise _Unanswered(question, is_wrong=False)
            form = question.form(data=answers[question.name])
            form.prepare(asking)
            if not form.is_answered(asking):
                raise _Unanswered(question, is_wrong=True)
            yield question.name, form

    def _page(self, question: Question, form: QuestionForm) -> Response:
        return page(question.template, journey=self, question=question, form=form)

    def _after(self, question: Question) -> str:
        if "change" in request.args or question is self.questions[-1]:
            return "check"
        return self.questions[self.questions.index(question) + 1].path

    def _go(self, path: str, *, key: str | None = None, stay: bool = False, **extra: str) -> Response:
        if stay and "change" in request.args:
            extra["change"] = "1"
        return see_other(self.url(path, key=key, **extra))

    def _turn_to(self, unanswered: _Unanswered) -> Response:
        if not unanswered.is_wrong:
            return self._ask_first(unanswered.question)
        return self._go(unanswered.question.path, again="1", change="1")

    def _ask_first(self, question: Question) -> Response:
        """The first question that has no answer. If none has, there were some once: they were sent, or ran out."""
        return self._go("", gone="1") if question is self.questions[0] else self._go(question.path)

    def _pressed_twice(self, why: Exception, send_again: Callable[[Any, Answers], str]) -> Response:
        with unit_of_work() as session:
            kept = drafts.load(session, self._key or "", self._sent, now=clock.now())
            url = send_again(session, kept) if kept is not None else None
        if url is not None:
            return self._leave(url)
        if isinstance(why, _Unanswered) and why.is_wrong:
            return self._turn_to(why)
        return self._go("", gone="1")

    def _refused(self, error: BadInput) -> Response:
        """A rule of the service, found out only when everything is put together: beside the question it is about."""
        with reading() as session:
            forms = self._answered(session, self._load(session))
        form = next((form for form in forms.values() if error.field in form), next(iter(forms.values())))
        show_beside(form, error)
        return self.show_check(form)

    def _leave(self, url: str) -> Response:
        response = see_other(url)
        response.delete_cookie(self._cookie_name, path="/", **self._cookie_manners)
        return response

    def _set_cookie(self, response: Response, value: str) -> None:
        response.set_cookie(
            self._cookie_name,
            value,
            max_age=int(drafts.KEPT_FOR.total_seconds()),
            path="/",
            **self._cookie_manners,
        )

    @property
    def _cookie_manners(self) -> dict[str, Any]:
        return {"httponly": True, "samesite": "Lax", "secure": current_app.config["SESSION_COOKIE_SECURE"]}

"""The impact report: read, printed and saved as a sheet; the prices, costs and savings that its money is made of."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, g, make_response, request

from matcher.domain.errors import BadInput, Conflict
from matcher.domain.small_numbers import EXACT, FEWEST_SHOWN, PUBLIC, Counts
from matcher.services import avoided_costs, kinds, prices, rates, scheme_costs
from matcher.services.access import Action, may
from matcher.services.drawing import NARROW, WIDE
from matcher.services.impact_report import findings, money_pictures, report, scope, sheet, strips
from matcher.services.impact_report.report import Report
from matcher.services.impact_report.scope import Scope, Wanted
from matcher.store.session import reading, unit_of_work
from web import clock
from web.auth import is_session_sealed
from web.forms.impact import CostForm, PeriodForm, PriceForm, RatesForm, SavingForm
from web.forms.questions import QuestionForm, show_beside
from web.guard import HIGHEST_ID, declares
from web.templating import page, see_other

blueprint = Blueprint("impact", __name__)
_HOME = "/team/impact"
_SWINGS_ON_PAPER = 4  # as many as have room on the second sheet


@blueprint.get(_HOME)
@declares(Action.READ_IMPACT)
def read() -> Response:
    """The report on a page."""
    return _shown("impact/report.html", EXACT)


@blueprint.get(f"{_HOME}/print")
@declares(Action.READ_IMPACT)
def to_print() -> Response:
    """The report on two sheets of A4, for anybody to read."""
    return _shown("impact/print.html", PUBLIC)


@blueprint.get(f"{_HOME}/sheet.csv")
@declares(Action.READ_IMPACT)
def as_sheet() -> Response:
    """Every figure of the report, and the sum."""
    form = PeriodForm(request.args)
    with reading() as session:
        found = report.read(session, _scope(session, form), now=clock.now())
    name = f"impact-{found.scope.first}-to-{found.scope.last}.csv"
    answer = make_response(sheet.write(found))
    answer.headers["Content-Type"] = "text/csv; charset=utf-8"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


@blueprint.get(f"{_HOME}/prices")
@declares(Action.READ_IMPACT)
def all_prices() -> Response:
    """Every price with its year and source, and what stands for an hour."""
    with reading() as session:
        chosen = rates.chosen(session)
    data = {}
    if chosen:
        data = {name: getattr(chosen, name) for name in ("low_key", "central_key", "high_key", "anyway_source")}
        shares = ("anyway_least", "anyway_central", "anyway_most")
        data |= {name: f"{(getattr(chosen, name) * 100).normalize():f}" for name in shares}
        data["version"] = str(chosen.version)
    return _prices(RatesForm(data=data))


@blueprint.post(f"{_HOME}/prices")
@declares(Action.CHANGE_PRICES, sealed_by=is_session_sealed)
def choose_rates() -> Response:
    """Work with these rates from now on."""
    form = RatesForm(request.form)

    def choose(session: Any) -> None:
        rates.choose(session, form.rates(), staff_id=g.actor.staff_id, now=clock.now())

    return _kept(form, choose, f"{_HOME}/prices") or _prices(form)


@blueprint.get(f"{_HOME}/prices/<key>")
@declares(Action.READ_IMPACT)
def one_price(key: str) -> Response:
    """A price with its history, and what it may be changed to."""
    with reading() as session:
        newest = prices.history(session, key)[0]
    words = ("year", "source_title", "publisher", "url_seen", "notes")
    data = {name: getattr(newest, name) for name in words}
    return _price(key, PriceForm(data={**data, "pounds": f"{newest.pounds:f}", "version": str(newest.version)}))


@blueprint.post(f"{_HOME}/prices/<key>")
@declares(Action.CHANGE_PRICES, sealed_by=is_session_sealed)
def change_price(key: str) -> Response:
    """It is this from now on."""
    form = PriceForm(request.form)

    def change(session: Any) -> None:
        prices.change(session, key, form.figure(), staff_id=g.actor.staff_id, now=clock.now())

    return _kept(form, change, f"{_HOME}/prices/{key}") or _price(key, form)


@blueprint.get(f"{_HOME}/costs")
@declares(Action.CHANGE_PRICES)
def costs() -> Response:
    """What the scheme paid for."""
    return _costs(CostForm(data={"unsure": "0", "spent_on": clock.now().date().isoformat()}))


@blueprint.post(f"{_HOME}/costs")
@declares(Action.CHANGE_PRICES, sealed_by=is_session_sealed)
def add_cost() -> Response:
    """It paid for this too."""
    form, areas = CostForm(request.form), g.actor.area_ids

    def add(session: Any) -> None:
        wanted = form.cost({slug: area_id for slug, _, area_id in scheme_costs.areas(session, areas)})
        scheme_costs.add(session, wanted, staff_id=g.actor.staff_id, area_ids=areas, now=clock.now())

    return _kept(form, add, f"{_HOME}/costs") or _costs(form)


@blueprint.post(f"{_HOME}/costs/<int(max={HIGHEST_ID}):cost_id>/withdraw")
@declares(Action.CHANGE_PRICES, sealed_by=is_session_sealed)
def withdraw_cost(cost_id: int) -> Response:
    """It was wrong."""
    with unit_of_work() as session:
        by, areas = g.actor.staff_id, g.actor.area_ids
        scheme_costs.withdraw(session, cost_id, staff_id=by, area_ids=areas, now=clock.now())
    return see_other(f"{_HOME}/costs")


@blueprint.get(f"{_HOME}/savings")
@declares(Action.CHANGE_PRICES)
def savings() -> Response:
    """What the scheme claims to save others: nothing, unless somebody has said all of it."""
    return _savings(SavingForm())


@blueprint.post(f"{_HOME}/savings")
@declares(Action.CHANGE_PRICES, sealed_by=is_session_sealed)
def claim_saving() -> Response:
    """It claims this."""
    form = SavingForm(request.form)

    def claim(session: Any) -> None:
        try:
            avoided_costs.switch_on(session, form.saving(), staff_id=g.actor.staff_id, now=clock.now())
        except Conflict as error:
            raise BadInput(error.message, field="kind_slug") from None

    return _kept(form, claim, f"{_HOME}/savings") or _savings(form)


@blueprint.post(f"{_HOME}/savings/<int(max={HIGHEST_ID}):saving_id>/off")
@declares(Action.CHANGE_PRICES, sealed_by=is_session_sealed)
def drop_saving(saving_id: int) -> Response:
    """It claims this no more."""
    with unit_of_work() as session:
        avoided_costs.switch_off(session, saving_id, staff_id=g.actor.staff_id, now=clock.now())
    return see_other(f"{_HOME}/savings")


def _kept(form: QuestionForm, write: Callable[[Any], None], to: str) -> Response | None:
    """Write down what was typed and go there; None, with the error beside its field, for what cannot be used."""
    if not form.validate():
        return None
    try:
        with unit_of_work() as session:
            write(session)
    except BadInput as error:
        show_beside(form, error)
        return None
    return see_other(to)


def _shown(template: str, counts: Counts) -> Response:
    form = PeriodForm(request.args)
    with reading() as session:
        found = report.read(session, _scope(session, form), now=clock.now())
    about = {"first": found.scope.first.isoformat(), "last": found.scope.last.isoformat(), "area": found.scope.slug}
    return page(
        template,
        form=form,
        shown=found,
        about=about,
        query=urlencode({name: words for name, words in about.items() if words}),
        findings=_findings(found, counts),
        pictures=_pictures(found, counts),
        counts=counts,
        may_change=may(g.actor, Action.CHANGE_PRICES),
    )


def _scope(session: Any, form: PeriodForm) -> Scope:
    """What the address asks for; what cannot be used is said beside its field, and the usual is shown."""
    try:
        form.validate()
        return scope.read(session, g.actor.area_ids, form.wanted(), now=clock.now())
    except BadInput as error:
        show_beside(form, error)
        return scope.read(session, g.actor.area_ids, Wanted(), now=clock.now())


def _findings(found: Report, counts: Counts) -> dict[str, object]:
    said: dict[str, object] = {
        "waits": findings.time_to_yes(found.waits, counts),
        "sides": findings.both_sides(found.met, found.askings, counts),
        "unmet": findings.unmet(found.met, counts),
        "reasons": findings.reasons(found.met, counts),
        "kinds": findings.most_time(found.kinds),
        "met": findings.met_neighbours(found.ties, counts),
        "ties": findings.ties(found.ties, counts),
        "at_home": [findings.at_home(one, counts) for one in found.at_home],
        "told": findings.told(found.informal, found.money, counts),
        "put_in": findings.put_in(found.put_in, found.visits, found.minutes, counts),
    }
    if found.money is not None:
        said |= {"worth": findings.worth(found.money), "most": findings.matters_most(found.money)}
    return said


def _pictures(found: Report, counts: Counts) -> dict[str, list[object]]:
    """Each picture as wide and as narrow; nothing where there is nothing to draw. In public no mark is of a few."""
    sizes, at_least = (WIDE, NARROW), FEWEST_SHOWN if counts.is_public else 1
    drawn: dict[str, list[object]] = {
        "waits": [strips.time_to_yes(found.waits, width, at_least=at_least) for width in sizes],
        "sides": [strips.times_asked(found.askings, width) for width in sizes],
    }
    if found.money is not None:
        drawn["worth"] = [money_pictures.ladder(found.money, width) for width in sizes]
        most = _SWINGS_ON_PAPER if counts.is_public else money_pictures.SWINGS_SHOWN
        drawn["most"] = [money_pictures.tornado(found.money, width, most=most) for width in sizes]
    return drawn


def _prices(form: RatesForm) -> Response:
    with reading() as session:
        known = prices.list_prices(session)
    form.offer(known)
    return page("impact/prices.html", form=form, prices=known, may_change=may(g.actor, Action.CHANGE_PRICES))


def _price(key: str, form: PriceForm) -> Response:
    with reading() as session:
        found = prices.history(session, key)
    return page("impact/price.html", form=form, history=found, may_change=may(g.actor, Action.CHANGE_PRICES))


def _costs(form: CostForm) -> Response:
    with reading() as session:
        known = scheme_costs.areas(session, g.actor.area_ids)
        rows = scheme_costs.newest(session, g.actor.area_ids)
    form.area.choices = [(slug, name) for slug, name, _ in known]
    return page("impact/costs.html", form=form, rows=rows)


def _savings(form: SavingForm) -> Response:
    with reading() as session:
        on = avoided_costs.switched_on(session)
        known = kinds.list_kinds(session)
        form.offer([(kind.slug, kind.name) for kind in known], prices.list_prices(session))
    return page("impact/savings.html", form=form, on=on)

"""Logins under many hands: rotation, guessing, floods, what refusals give away, limits (E2, E4 to E6, F10)."""

import statistics
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

from accounts import rules
from accounts.models import User
from accounts.services.sessions import open_session
from drills import house, people
from drills.callers import Answer, Call, Callers
from drills.report import Promise, progress
from realestate.core.transactions import service

PASSWORD = "the password of the drill"  # noqa: S105  # of invented people
WRONG = "no password of anybody"
PARALLEL = 10
FLOOD = 40
NEAR = 0.10  # of the median
P95, SLOWEST = 0.25, 1.0  # seconds
PROXIES = {"TRUSTED_PROXIES": "1"}  # callers come from as many addresses as a drill needs


def run(database: str, *, quick: bool) -> list[Promise]:
    """Each promise over several processes; then rotation without its guard."""
    people.town(1_000)
    crowd = known_people(40)
    rounds = 20 if quick else 100
    with house.site(database, more=PROXIES) as site:
        with Callers([site.door], 100) as callers:
            found = [rotation(callers, crowd[:5], rounds), one_account(callers, crowd[5])]
            found += [many_accounts(callers, crowd[6:16])]
            found += [told_apart(callers, crowd[16:], 30 if quick else 100)]
        with Callers([site.door], 100) as callers:  # the others' lines have been closed meanwhile
            found += [registrations(callers)]
        found += [flood(site, crowd[17:])]
    discreet = {**PROXIES, "REGISTER_DISCREETLY": "1"}
    with house.site(database, more=discreet) as site, Callers([site.door], 1) as callers:
        found += [told_apart(callers, crowd[16:], 30 if quick else 100, REGISTER)]
    with (
        house.site(database, without="rotation", more=PROXIES) as site,
        Callers([site.door], PARALLEL) as callers,
    ):
        found += [control(callers, crowd[:5], 10)]
    return found


def known_people(count: int) -> list[User]:
    """Customers who know their password."""
    customers = User.objects.filter(user_type="customer", is_active=True).order_by("pk")
    keys = list(customers.values_list("pk", flat=True)[:count])
    people.with_password(keys, PASSWORD)
    return list(customers.filter(pk__in=keys))


def address(number: int) -> dict[str, str]:
    """As a proxy reports a caller."""
    return {"X-Forwarded-For": f"203.0.{number // 250}.{number % 250 + 1}"}


def heard(answers: Sequence[Answer], status: int) -> int:
    """How many were answered so."""
    return sum(answer.status == status for answer in answers)


def login(email: str, password: str, caller: int) -> Call:
    """One try."""
    body = {"email": email, "password": password}
    return Call(path="/api/auth/login", body=body, headers=address(caller))


def minted(callers: Callers, crowd: Sequence[User], rounds: int) -> tuple[list[int], list[int]]:
    """How many pairs each round gave out, and the statuses of all refusals."""
    pairs, refusals = [], []
    for number in range(rounds):
        user = crowd[number % len(crowd)]
        opened = open_session(user_id=user.pk, password=user.password)
        call = Call(path="/api/auth/refresh", body={"refresh_token": opened.tokens.refresh_token})
        answers = callers.together([call] * PARALLEL)
        good = [answer.json["refresh_token"] for answer in answers if answer.status == 200]
        pairs.append(len(set(good)))
        refusals += [answer.status for answer in answers if answer.status != 200]
    return pairs, refusals


def rotation(callers: Callers, crowd: Sequence[User], rounds: int) -> Promise:
    """E2: one refresh token, ten hands."""
    progress(f"E2: {rounds} refresh tokens, each in {PARALLEL} hands")
    pairs, refusals = minted(callers, crowd, rounds)
    return Promise(
        id="E2",
        what=f"a refresh token that is used {PARALLEL} times at once gives one new pair",
        figure=f"{pairs.count(1)} of {rounds} rounds; most pairs in a round: {max(pairs)}; refusals: {len(refusals)},"
        f" other than 401: {sum(status != 401 for status in refusals)}",
        holds=pairs.count(1) == rounds and set(refusals) <= {401},
    )


def control(callers: Callers, crowd: Sequence[User], rounds: int) -> Promise:
    """E2 where the session is read, compared and then written."""
    progress("E2 without its guard")
    pairs, _refusals = minted(callers, crowd, rounds)
    bad = sum(count > 1 for count in pairs)
    return Promise(
        id="E2",
        what="control: a rotation that reads first and writes then is caught",
        figure=f"{bad} of {rounds} rounds gave out several pairs, up to {max(pairs)}",
        holds=bad > 0,
    )


def one_account(callers: Callers, victim: User) -> Promise:
    """E4: everybody guesses one password, in every spelling of the address; the owner is at home."""
    progress("E4: 100 guesses at one account")
    home = callers.send(login(victim.email, PASSWORD, 9_000))
    spellings = (victim.email, victim.email.upper(), f"  {victim.email} ", victim.email.title())
    guesses = [login(spellings[n % 4], WRONG, n) for n in range(100)]
    answers = callers.together(guesses)
    checked, busy = heard(answers, 401), heard(answers, 503)
    waits = [answer for answer in answers if answer.status in {429, 503}]
    told = all("retry-after" in answer.headers for answer in waits)
    again = callers.send(login(victim.email, PASSWORD, 9_000))
    most = rules.LOGIN_PER_ACCOUNT.times
    return Promise(
        id="E4",
        what=f"100 guesses at one account from 100 addresses: at most {most} are looked at; the owner still gets in",
        figure=f"{checked} looked at, {busy} × 503 (no hands free), {heard(answers, 429)} × 429"
        f"{'' if told else ' (some without Retry-After)'}; the owner before and after: {home.status}, {again.status}",
        holds=0 < checked <= most
        and checked + len(waits) == 100
        and told
        and (home.status, again.status) == (200, 200),
    )


def many_accounts(callers: Callers, victims: Sequence[User]) -> Promise:
    """F10: one address guesses at many accounts, ten times as often as it may."""
    most = rules.LOGIN_PER_ADDRESS.times
    progress(f"F10: {10 * most} guesses from one address")
    guesses = [login(f"nobody-{n}@example.org", WRONG, 20_000) for n in range(10 * most)]
    guesses[:: len(guesses) // len(victims)] = [login(one.email, WRONG, 20_000) for one in victims]
    answers = [
        answer
        for start in range(0, len(guesses), 100)
        for answer in callers.together(guesses[start : start + 100])
    ]
    checked, busy, refused = (heard(answers, status) for status in (401, 503, 429))
    return Promise(
        id="F10",
        what=f"{len(guesses)} guesses from one address over {house.PROCESSES} processes: {most} are looked at",
        figure=f"{checked} looked at, {busy} × 503 (no hands free), {refused} × 429",
        holds=0 < checked <= most and checked + busy + refused == len(answers),
    )


Doors = Mapping[str, Callable[[str, int], Call]]
DOORS: Doors = {
    "login": lambda email, n: login(email, WRONG, 30_000 + n),
    "reset": lambda email, n: Call(
        path="/api/auth/password/reset", body={"email": email}, headers=address(40_000 + n)
    ),
}
REGISTER: Doors = {"register, discreetly": lambda email, n: registration(email, 50_000 + n)}


def registration(email: str, caller: int) -> Call:
    """A customer who registers."""
    body = {
        "email": email,
        "password": PASSWORD,
        "user_type": "customer",
        "customer_data": {"first_name": "Drill", "phone": "+91 98200 22222"},
    }
    return Call(path="/api/auth/register", body=body, headers=address(caller))


def told_apart(
    callers: Callers, crowd: Sequence[User], samples: int, doors: Doors = DOORS
) -> Promise:
    """E6: a login, a reset or a registration, for an account that there is and for one that there is not."""
    progress(f"E6: {samples} answers of each kind at {' and '.join(doors)}")
    figures, good = [], True
    for name, door in doors.items():
        known, unknown = samples_of(callers, door, crowd, samples)
        same = {shown(answer) for answer in known} == {shown(answer) for answer in unknown}
        medians = [statistics.median(one.seconds for one in kind) for kind in (known, unknown)]
        apart = abs(medians[0] - medians[1]) / max(medians)
        statuses = sorted({answer.status for answer in (*known, *unknown)})
        figures.append(
            f"{name}: {'same' if same else 'other'} answer ({statuses}), medians"
            f" {medians[0] * 1000:.1f} and {medians[1] * 1000:.1f} ms, {apart:.0%} apart"
        )
        good = good and same and apart <= NEAR
    return Promise(
        id="E6",
        what=f"{' and '.join(doors)}: the same for nobody as for somebody, in words and, within {NEAR:.0%}, in time",
        figure="; ".join(figures),
        holds=good,
    )


def samples_of(
    callers: Callers, door: Callable[[str, int], Call], crowd: Sequence[User], count: int
) -> tuple[list[Answer], list[Answer]]:
    """Answers for somebody and for nobody, one after the other and in turn: what else goes on meets both."""
    known, unknown = [], []
    for number in range(count):
        forget()
        known.append(callers.send(door(crowd[number % len(crowd)].email, 2 * number)))
        forget()
        unknown.append(callers.send(door(f"{uuid4().hex[:9]}@example.org", 2 * number + 1)))
    return known, unknown


@service
def forget() -> None:
    """Counters are emptied: limits are another promise."""
    from realestate.core.models import RateCounter

    RateCounter.objects.all().delete()


def shown(answer: Answer) -> tuple[int, str, int]:
    """What a caller sees, without the id of its request."""
    said = {name: value for name, value in answer.json.items() if name != "request_id"}
    return answer.status, str(said), len(answer.body)


def registrations(callers: Callers) -> Promise:
    """F10: ten times as many registrations of one address as there may be."""
    most = rules.REGISTER_PER_ACCOUNT.times
    progress(f"F10: {10 * most} registrations of one address")
    forget()
    calls = [registration("drill@example.org", 50_000 + n) for n in range(10 * most)]
    for call in calls:
        call.body["password"] = "password123"  # noqa: S105  # no password of anybody: refused as too common, after it was counted
    answers = callers.together(calls[:100])
    passed = sum(answer.status != 429 for answer in answers)
    told = dict(Counter(f"{one.status} {one.code}" for one in answers if one.status != 429))
    return Promise(
        id="F10",
        what=f"{len(answers)} registrations of one address from as many others: {most} are looked at",
        figure=f"{passed} looked at, {len(answers) - passed} × 429; the others: {told}",
        holds=passed == most,
    )


def flood(site: house.Site, crowd: Sequence[User]) -> Promise:
    """E5: so many log in at once, and meanwhile somebody reads."""
    progress(f"E5: {FLOOD} logins at once")
    forget()
    waits: list[float] = []
    with Callers([site.door], FLOOD) as many, Callers([site.door], 1) as reader:
        reader.send(Call(path="/api/projects?limit=5", method="GET"))
        calls = [login(crowd[n % len(crowd)].email, PASSWORD, 60_000 + n) for n in range(FLOOD)]
        with ThreadPoolExecutor(1) as beside:
            begun = time.perf_counter()
            logins = beside.submit(many.together, calls)
            while not logins.done():
                waits.append(reader.send(Call(path="/api/projects?limit=5", method="GET")).seconds)
                time.sleep(0.01)
            took, answers = time.perf_counter() - begun, logins.result()
    p95, slowest = statistics.quantiles(waits, n=20)[-1], max(waits)
    statuses = {
        status: heard(answers, status) for status in sorted({one.status for one in answers})
    }
    return Promise(
        id="E5",
        what=f"{FLOOD} logins at once: reading goes on, p95 ≤ {P95 * 1000:.0f} ms, slowest ≤ {SLOWEST:.0f} s",
        figure=f"{len(waits)} reads beside them: p95 {p95 * 1000:.0f} ms, slowest {slowest * 1000:.0f} ms; logins took"
        f" {took:.1f} s: {', '.join(f'{count} × {status}' for status, count in statuses.items())}",
        holds=p95 <= P95 and slowest <= SLOWEST and set(statuses) <= {200, 503},
    )

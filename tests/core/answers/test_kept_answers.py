"""An answer that is kept costs one question, says the same bytes, and is given to nobody else's account."""

import re
from uuid import uuid4

import pytest
from django.core.signing import Signer
from django.db import connection
from django.http import HttpResponse, StreamingHttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext

from realestate.core.answers import version
from realestate.core.answers.entries import Entry
from realestate.core.answers.making import is_for_one_reader, making
from realestate.core.answers.memory import Memory
from realestate.core.answers.middleware import KeptAnswersMiddleware
from realestate.core.answers.version import ASK
from realestate.core.models import CatalogueVersion
from realestate.core.readers import Reader, seal
from tests.factories.accounts import PASSWORD
from tests.factories.projects import LONG_AGO, ProjectFactory

LIST = "/api/projects?limit=10"
PUBLIC = "public, max-age=0, must-revalidate"
OWN = {"X-Request-ID", "Access-Control-Allow-Origin"}


def asked(client: Client, url: str = LIST, method: str = "get", **headers: str):
    """The answer, and the statements that it took."""
    with CaptureQueriesContext(connection) as queries:
        reply = getattr(client, method)(url, headers=headers)
    return reply, [query["sql"] for query in queries.captured_queries]


def same(reply) -> tuple[int, bytes, dict[str, str]]:
    """What must not differ between a kept and a new answer."""
    headers = {name: value for name, value in reply.headers.items() if name not in OWN}
    return reply.status_code, reply.content, headers


def token_of(person) -> dict[str, str]:
    body = {"email": person.email, "password": PASSWORD}
    reply = Client().post("/api/auth/login", body, content_type="application/json")
    return {"Authorization": f"Bearer {reply.json()['access_token']}"}


@pytest.fixture
def warm(process, town) -> Client:
    client = process()
    assert client.get(LIST).status_code == 200
    return client


# --- what it costs, what it says -------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["get", "head"])
@pytest.mark.parametrize(
    "path", ["projects?limit=10", "projects/{}", "projects/{}/units", "projects/{}/availability"]
)
def test_a_kept_answer_costs_one_question_and_is_the_same_bytes(process, town, path, method):
    url, client = f"/api/{path.format(town.meera_project.pk)}", process()
    new, statements = asked(client, url, method)
    assert len(statements) > 2
    kept, question = asked(client, url, method)
    assert question == [ASK]
    assert same(kept) == same(new) == same(asked(process(), url, method)[0])
    assert kept["Cache-Control"] == PUBLIC
    assert {"Authorization", "Cookie", "origin"} <= set(re.split(", ?", kept["Vary"]))


@pytest.mark.parametrize("known", ["{}", "W/{}", '"other", {}', "*"])
@pytest.mark.parametrize("method", ["get", "head"])
def test_who_has_a_kept_answer_hears_304_and_no_view_runs(warm, known, method):
    tag = asked(warm)[0]["ETag"]
    reply, question = asked(warm, method=method, **{"If-None-Match": known.format(tag)})
    assert (reply.status_code, reply.content, question) == (304, b"", [ASK])
    assert (reply["ETag"], reply["Cache-Control"]) == (tag, PUBLIC)
    assert "Authorization" in reply["Vary"]


@pytest.mark.parametrize("known", ['"other"', 'W/"other"', "nonsense", ""])
def test_who_has_another_answer_hears_this_one(warm, known):
    reply, question = asked(warm, **{"If-None-Match": known})
    assert (reply.status_code, question) == (200, [ASK])


def test_who_asks_on_condition_that_it_is_the_same_is_answered(warm):
    """If-Match is for those who write."""
    assert asked(warm, **{"If-Match": '"other"'})[0].status_code == 200


def test_an_answer_that_is_made_anew_with_the_same_bytes_has_the_same_tag(warm, process):
    tag = asked(warm)[0]["ETag"]
    reply, statements = asked(process(), **{"If-None-Match": tag})
    assert (reply.status_code, reply.content) == (304, b"")
    assert len(statements) > 1


def test_another_spelling_of_the_address_is_another_answer(warm):
    reply, statements = asked(warm, "/api/projects?limit=1")
    assert len(reply.json()["projects"]) == 1
    assert len(statements) > 1


@pytest.mark.parametrize("url", ["/api/projects/999999", "/api/settings", "/api/nowhere"])
def test_what_is_no_answer_of_the_catalogue_is_not_kept(process, town, url):
    client = process()
    client.get(url)
    reply, statements = asked(client, url)
    assert statements != [ASK]
    assert reply["Cache-Control"] == "private, no-store"
    assert not reply.has_header("ETag")


def test_nothing_is_kept_where_there_is_no_room(settings, town):
    settings.CATALOGUE_CACHE_MB = 0
    client = Client()
    client.get(LIST)
    assert ASK not in asked(client)[1]


def test_nothing_is_kept_of_an_address_without_end(process, town):
    client, url = process(), f"{LIST}&city={'x' * 2000}"
    client.get(url)
    assert ASK not in asked(client, url)[1]


# --- for whom --------------------------------------------------------------------------------------------------------


def test_each_request_gets_its_own_origin_and_id(warm):
    first = asked(warm, Origin="http://localhost:3000", **{"X-Request-ID": "one"})
    other = asked(warm, Origin="http://localhost:3001", **{"X-Request-ID": "two"})
    stranger = asked(warm, Origin="http://elsewhere.example")
    assert [question for _, question in (first, other, stranger)] == [[ASK]] * 3
    assert [reply["X-Request-ID"] for reply, _ in (first, other)] == ["one", "two"]
    assert [reply["Access-Control-Allow-Origin"] for reply, _ in (first, other)] == [
        "http://localhost:3000",
        "http://localhost:3001",
    ]
    assert not stranger[0].has_header("Access-Control-Allow-Origin")


def test_an_origin_of_the_first_who_asked_is_not_kept(process, town):
    client = process()
    client.get(LIST, headers={"Origin": "http://localhost:3000"})
    reply, question = asked(client)
    assert question == [ASK]
    assert not reply.has_header("Access-Control-Allow-Origin")


def test_D7_who_is_logged_in_is_neither_given_nor_gives_a_kept_answer(warm, process, town):
    draft = ProjectFactory(builder=town.meera_project.builder, published_at=None)
    token = token_of(town.meera)
    url = f"/api/projects/{draft.pk}"
    mine, statements = asked(warm, url, **token)
    assert (mine.status_code, ASK in statements) == (200, False)
    assert mine["Cache-Control"] == "private, no-cache"
    assert warm.get(url).status_code == 404
    own, statements = asked(warm, **token)
    assert len(statements) > 1
    assert [row["id"] for row in own.json()["projects"]] == [draft.pk, town.meera_project.pk]
    assert same(asked(warm)[0])[1] == same(process().get(LIST))[1] != own.content


def test_who_is_logged_in_hears_304_to_the_answer_of_this_login(process, town):
    token = token_of(town.meera)
    tag = asked(process(), **token)[0]["ETag"]
    assert asked(process(), **token, **{"If-None-Match": tag})[0].status_code == 304
    assert asked(process(), **{"If-None-Match": tag})[0].status_code == 200


def test_a_bad_token_is_refused_although_the_answer_is_kept(warm):
    assert asked(warm, Authorization="Bearer nonsense")[0].status_code == 401


def test_a_session_of_the_back_office_gets_nothing_that_others_keep(warm, process, town):
    office = process()
    office.force_login(town.sana)
    office.get(LIST)
    reply, statements = asked(office)
    assert (ASK in statements, reply["Cache-Control"]) == (False, "private, no-cache")


def test_other_cookies_are_nobody(warm):
    warm.cookies["theme"] = "dark"
    assert asked(warm)[1] == [ASK]


@pytest.mark.parametrize("host", ["nobody.example", "localhost"])
def test_a_name_of_the_site_has_its_own_answers(process, town, host):
    client, url = process(), f"/api/projects/{town.meera_project.pk}/units"
    client.get(url)
    reply, statements = asked(client, url, Host=host)
    assert statements != [ASK]
    if host == "localhost":
        assert f"http://{host}/" in reply["Link"]
    else:
        assert reply.status_code == 400


def test_a_link_that_is_made_for_one_reader_keeps_its_answer_from_caches():
    with making(is_wanted=True) as made:
        made.is_public, made.version = True, "any"
        seal(Signer(), 1, 10, Reader(user_id=1))
    assert (made.is_public, made.version) == (False, None)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("trouble", ["a cookie", "a stream", "one reader", "nothing"])
def test_what_is_not_for_everybody_is_not_kept_whatever_its_view_says(settings, rf, trouble):
    def answer(_request):
        version.begin(is_public=True)
        made.append(1)
        if trouble == "a stream":
            return StreamingHttpResponse(["one"])
        if trouble == "one reader":
            is_for_one_reader()
        response = HttpResponse("one")
        if trouble == "a cookie":
            response.set_cookie("who", "you")
        return response

    settings.CATALOGUE_CACHE_MB, made = 8, []
    CatalogueVersion.objects.create(token=uuid4())
    middleware = KeptAnswersMiddleware(answer)
    said = [middleware(rf.get("/api/x"))["Cache-Control"] for _ in range(2)]
    assert len(made) == (1 if trouble == "nothing" else 2)
    of_trouble = {
        "a stream": "private, no-store",
        "a cookie": "private, no-cache",
        "one reader": "private, no-cache",
    }
    assert said == [of_trouble.get(trouble, PUBLIC)] * 2


# --- room ------------------------------------------------------------------------------------------------------------


def entry(size: int) -> Entry:
    return Entry(version="v", since=LONG_AGO, until=LONG_AGO, headers=[], body=b"x" * size)


def test_memory_holds_as_many_entries_as_it_may_and_drops_the_longest_unused():
    memory = Memory(most_bytes=10**6, most_entries=2)
    memory.put("a", entry(1))
    memory.put("b", entry(1))
    assert memory.get("a") is not None
    memory.put("c", entry(1))
    assert [memory.get(key) is not None for key in "abc"] == [True, False, True]
    assert len(memory) == 2


def test_memory_holds_as_many_bytes_as_it_may():
    memory = Memory(most_bytes=100_000, most_entries=10**6)
    for number in range(1000):
        memory.put(str(number), entry(5_000))
        assert memory.bytes <= 100_000
    assert len(memory) == 16
    assert memory.get("999") is not None


def test_memory_counts_an_entry_once_however_often_it_is_kept():
    memory = Memory(most_bytes=100_000, most_entries=10)
    memory.put("a", entry(5_000))
    once = memory.bytes
    memory.put("a", entry(5_000))
    assert (memory.bytes, len(memory)) == (once, 1)


def test_one_answer_does_not_drive_out_all_others():
    memory = Memory(most_bytes=100_000, most_entries=10)
    memory.put("a", entry(1))
    memory.put("big", entry(10_000))
    assert (memory.get("big"), memory.get("a") is not None) == (None, True)

"""The documents centre: all papers of a booking, for whom they are, with checksum and a link of the reader's own."""

import hashlib

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from bookings.events import DocumentFiled
from bookings.models import BookingDocument
from bookings.services import generate_agreement
from notifications.models import Notification
from realestate.core.events import publish
from realestate.core.files import file_path, keep_upload, store_file
from realestate.core.models import AuditEntry, StoredFile
from realestate.core.transactions import service
from tests.factories.accounts import MemberFactory
from tests.factories.bookings import ApplicantFactory, BookingFactory, ChangeRequestFactory
from tests.factories.payments import PaymentFactory
from tests.links import ON_OUR_PAGE

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.7\n%%EOF\n"


@pytest.fixture
def booking(cast, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return BookingFactory(
        unit=cast.meera_unit, project=cast.meera_project, customer=cast.asha.customer, paid=True
    )


def listed(as_, person, booking):
    reply = as_(person).get(f"/api/bookings/{booking.pk}/documents")
    assert reply.status_code == 200, reply.content
    return {paper["id"]: paper for paper in reply.json()["documents"]}


def a_pdf(owner, name="deed.pdf"):
    return keep_upload(actor=owner, name=name, content=PDF)


def filed(as_, person, booking, **more):
    body = {"file_id": a_pdf(person).pk, "title": "Sale deed"} | more
    return as_(person).post(f"/api/bookings/{booking.pk}/documents", body, format="json")


def test_every_kind_of_paper_is_listed_with_what_it_is(as_, cast, booking):
    agreement = generate_agreement(actor=cast.meera, booking_id=booking.pk)
    proof = a_pdf(cast.asha, "slip.pdf")
    payment = PaymentFactory(booking=booking, proof=proof, receipt_number="R-1", serial=1)
    photo = a_pdf(cast.asha, "wall.pdf")
    change = ChangeRequestFactory(
        booking=booking, attachments=[file_path(photo), "https://example.com/a/plan.png"]
    )
    filed(as_, cast.meera, booking, visibility="buyer")
    document = BookingDocument.objects.get()
    papers = listed(as_, cast.asha, booking)
    assert set(papers) == {
        f"quote-{booking.quote_id}",
        f"agreement-{agreement.pk}",
        f"receipt-{payment.pk}",
        f"proof-{payment.pk}",
        f"change_attachment-{change.pk}-1",
        f"change_attachment-{change.pk}-2",
        f"document-{document.pk}",
        "statement-pdf",
        "statement-xlsx",
    } - ({"quote-None"} if booking.quote_id is None else set())
    receipt, slip = papers[f"receipt-{payment.pk}"], papers[f"proof-{payment.pk}"]
    assert (receipt["kind"], receipt["number"], receipt["is_stored"], receipt["sha256"]) == (
        "receipt",
        "R-1",
        False,
        None,
    )
    assert (slip["is_stored"], slip["sha256"], slip["size"], slip["title"]) == (
        True,
        hashlib.sha256(PDF).hexdigest(),
        len(PDF),
        "slip.pdf",
    )
    assert papers[f"change_attachment-{change.pk}-2"]["url"] == "https://example.com/a/plan.png"
    assert papers[f"agreement-{agreement.pk}"]["version"] == 1


def status_of(client, path) -> int:
    reply = client.get(path, headers=ON_OUR_PAGE)
    if reply.streaming:
        b"".join(reply.streaming_content)  # at its end the file is closed
    return reply.status_code


def test_links_open_for_the_reader_and_for_no_other_user(as_, cast, booking):
    PaymentFactory(booking=booking, proof=a_pdf(cast.asha))
    for paper in listed(as_, cast.asha, booking).values():
        path = paper["url"].removeprefix("http://testserver")
        refused = 404 if paper["is_stored"] else 403
        readers = (None, cast.asha, cast.sana, cast.ravi)
        found = [status_of(as_(reader), path) for reader in readers]
        assert found == [200, 200, 200, refused], paper


def test_the_buyer_finds_only_what_is_filed_for_it(as_, cast, booking):
    for title, visibility in (("Deed", "buyer"), ("Credit check", "builder")):
        assert (
            filed(as_, cast.meera, booking, title=title, visibility=visibility).status_code == 201
        )

    def titles(person):
        papers = listed(as_, person, booking).values()
        return sorted(paper["title"] for paper in papers if paper["kind"] == "document")

    assert titles(cast.asha) == ["Deed"]
    assert titles(cast.meera) == titles(cast.sana) == ["Credit check", "Deed"]


def test_without_a_word_a_document_is_the_builders_alone_and_audited(as_, cast, booking):
    reply = filed(as_, cast.meera, booking)
    (paper,) = (p for p in reply.json()["documents"] if p["kind"] == "document")
    assert (paper["visibility"], paper["made_by"]) == ("builder", "Meera Homes")
    entry = AuditEntry.objects.get(object_type="bookings.bookingdocument")
    assert (entry.action, entry.actor_id, entry.after["title"]) == (
        "filed",
        cast.meera.pk,
        "Sale deed",
    )


def test_buyers_with_an_account_are_told_once_of_what_is_filed_for_them(as_, cast, booking):
    ApplicantFactory(booking=booking, customer=cast.ravi.customer)
    ApplicantFactory(booking=booking)  # without an account
    filed(as_, cast.meera, booking, title="Credit check", visibility="builder")
    assert not Notification.objects.filter(title="New document").exists()
    filed(as_, cast.meera, booking, title="Sale deed", visibility="buyer")
    document = BookingDocument.objects.get(title="Sale deed")
    service(publish)(DocumentFiled(document_id=document.pk, booking_id=booking.pk))  # again
    told = Notification.objects.filter(title="New document").order_by("user")
    text = (
        f"Meera Homes has filed “Sale deed” for unit A-101 in Meera Gardens (booking"
        f" {booking.booking_number})."
    )
    assert [(row.user_id, row.message, row.action_url) for row in told] == [
        (person, text, "/customer/bookings") for person in sorted([cast.asha.pk, cast.ravi.pk])
    ]
    assert {row.related_entity_id for row in told} == {document.pk}


def test_a_document_that_is_refused_is_told_to_nobody(as_, cast, booking):
    own = a_pdf(cast.meera)
    for _ in range(2):
        filed(as_, cast.meera, booking, file_id=own.pk, visibility="buyer")
    assert Notification.objects.filter(title="New document").count() == 1


def test_a_file_is_filed_once_and_must_be_ones_own(as_, cast, booking):
    own = a_pdf(cast.meera)
    path, client = f"/api/bookings/{booking.pk}/documents", as_(cast.meera)
    body = {"file_id": own.pk, "title": "Deed"}
    assert client.post(path, body, format="json").status_code == 201
    again = client.post(path, body, format="json")
    assert (again.status_code, again.json()["code"]) == (409, "already_filed")
    foreign = client.post(path, {"file_id": a_pdf(cast.kiran).pk, "title": "X"}, format="json")
    assert (foreign.status_code, set(foreign.json()["errors"])) == (400, {"file_id"})
    assert BookingDocument.objects.count() == 1


@pytest.mark.parametrize(
    ("role", "status"), [("sales", 201), ("finance", 201), ("site", 403), ("read_only", 403)]
)
def test_sales_and_finance_file_and_nobody_else_of_a_team(as_, cast, booking, role, status):
    member = MemberFactory(employer=cast.meera.builder, team_role=role)
    assert filed(as_, member, booking).status_code == status


def test_buyers_read_the_company_for_its_people(as_, cast, booking):
    member = MemberFactory(employer=cast.meera.builder, team_role="sales", name="Vikram Das")
    filed(as_, member, booking, visibility="buyer")

    def makers(person):
        papers = listed(as_, person, booking).values()
        return [paper["made_by"] for paper in papers if paper["kind"] == "document"]

    assert (makers(cast.asha), makers(cast.meera)) == (["Meera Homes"], ["Vikram Das"])


def test_the_number_of_queries_does_not_grow_with_the_papers(as_, cast, booking):
    counts = []
    for rows in (1, 3):
        for _ in range(rows):
            PaymentFactory(booking=booking, proof=a_pdf(cast.asha))
            filed(as_, cast.meera, booking)
            generate_agreement(actor=cast.meera, booking_id=booking.pk)
            ChangeRequestFactory(booking=booking, attachments=[file_path(a_pdf(cast.asha))])
        with CaptureQueriesContext(connection) as queries:
            listed(as_, cast.meera, booking)
        counts.append(len(queries))
    assert counts[0] == counts[1]


def browser(person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def test_the_page_lists_papers_and_files_a_further_one(cast, booking):
    client, page = browser(cast.meera), reverse("booking_documents", args=[booking.pk])
    sent = {"title": "Deed", "visibility": "buyer", "file": SimpleUploadedFile("deed.pdf", PDF)}
    reply = client.post(page, sent, follow=True)
    assert "Deed: filed." in reply.content.decode()
    assert StoredFile.objects.get(owner=cast.meera).sha256 in reply.content.decode()
    only = client.get(page, {"kind": "document"})
    assert [line["paper"].title for line in only.context["lines"]] == ["Deed"]


def test_what_the_upload_refuses_stands_in_the_form(cast, booking):
    sent = {"title": "Deed", "visibility": "buyer", "file": SimpleUploadedFile("deed.pdf", b"no")}
    reply = browser(cast.meera).post(reverse("booking_documents", args=[booking.pk]), sent)
    assert reply.context["form"].errors == {"file": ["This kind of file is not taken here."]}
    assert not BookingDocument.objects.exists()


def test_the_page_is_for_those_who_see_the_booking_and_its_papers(cast, booking):
    page = reverse("booking_documents", args=[booking.pk])
    team = {
        role: browser(MemberFactory(employer=cast.meera.builder, team_role=role))
        for role in ("finance", "read_only", "site")
    }
    assert {role: client.get(page).status_code for role, client in team.items()} == {
        "finance": 200,
        "read_only": 200,
        "site": 403,
    }
    assert team["read_only"].get(page).context["form"] is None
    assert team["read_only"].post(page, {}).status_code == 403
    assert browser(cast.kiran).get(page).status_code == 404
    assert browser(cast.asha).get(page).status_code == 302
    assert browser(cast.sana).get(page).status_code == 200


def test_the_bookings_page_leads_to_its_documents(cast, booking):
    page = browser(cast.meera).get(f"/admin/bookings/booking/{booking.pk}/change/")
    assert reverse("booking_documents", args=[booking.pk]) in page.content.decode()


def test_a_drawn_agreement_is_stored_with_its_checksum(as_, cast, booking):
    agreement = generate_agreement(actor=cast.meera, booking_id=booking.pk)
    file = store_file(actor=None, name="a.pdf", content=PDF, content_type="application/pdf")
    type(agreement).objects.filter(pk=agreement.pk).update(file=file)
    paper = listed(as_, cast.asha, booking)[f"agreement-{agreement.pk}"]
    assert (paper["is_stored"], paper["sha256"]) == (True, file.sha256)

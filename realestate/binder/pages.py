"""The page of the back office with all papers of a booking, and the form that files a further one."""

from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views import View

from bookings.enums import DocumentVisibility
from bookings.models import Booking
from bookings.services import file_document
from realestate.binder.forms import DocumentForm
from realestate.binder.papers import PaperKind, maker, papers_of
from realestate.binder.views import SHOWN
from realestate.core import clock
from realestate.core.admin import office_rows
from realestate.core.api.links import reader_of
from realestate.core.api.throttling import count
from realestate.core.enums import FilePurpose
from realestate.core.errors import DomainError
from realestate.core.files import keep_upload
from realestate.core.limits import UPLOADS

SEES = "bookings.view_bookingdocument"
FILES = "bookings.add_bookingdocument"


class DocumentsPage(View):
    """/admin/bookings/booking/{id}/documents/."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The list, and the form for those who may file."""
        return self._page(request, self._booking(request, pk), DocumentForm())

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Keep the file through the one upload mechanism, and file it."""
        booking = self._booking(request, pk)
        if not request.user.has_perm(FILES):
            raise PermissionDenied
        form = DocumentForm(request.POST, request.FILES)
        if form.is_valid() and self._is_filed(request, booking, form):
            messages.success(request, f"{form.cleaned_data['title']}: filed.")
            return HttpResponseRedirect(reverse("booking_documents", args=[booking.pk]))
        return self._page(request, booking, form)

    def _booking(self, request: HttpRequest, pk: int) -> Booking:
        """One that the reader may see. Raises Http404, PermissionDenied."""
        if not request.user.has_perm(SEES):
            raise PermissionDenied
        row = office_rows(Booking, request.user).select_related(*SHOWN).filter(pk=pk).first()
        if row is None:
            raise Http404
        return row  # type: ignore[no-any-return]  # a row of any table

    def _is_filed(self, request: HttpRequest, booking: Booking, form: DocumentForm) -> bool:
        """What a service refuses stands in the form."""
        user: Any = request.user  # the admin lets nobody else through
        sent, given = form.cleaned_data["file"], form.cleaned_data
        try:
            count(request, UPLOADS)
            file = keep_upload(
                actor=user, name=sent.name, content=sent.file, purpose=FilePurpose.DOCUMENT
            )
            file_document(
                actor=user,
                booking_id=booking.pk,
                file_id=file.pk,
                title=given["title"],
                visibility=DocumentVisibility(given["visibility"]),
            )
        except DomainError as refusal:
            form.add_error("file", refusal.detail)
            return False
        return True

    def _page(self, request: HttpRequest, booking: Booking, form: DocumentForm) -> HttpResponse:
        user: Any = request.user
        papers = papers_of(booking, user)
        kinds = {paper.kind for paper in papers}
        reader = reader_of(request)
        wanted = request.GET.get("kind", "")
        zone = booking.project.time_zone
        lines = [
            {
                "paper": paper,
                "day": clock.day_of(paper.on, zone),
                "by": maker(paper, booking, user),
                "url": _below(paper.url(reader)),
            }
            for paper in papers
            if wanted not in kinds or paper.kind == wanted
        ]
        context = {
            **admin.site.each_context(request),
            "title": f"Documents of {booking}",
            "booking": booking,
            "opts": Booking._meta,  # noqa: SLF001  # documented API
            "lines": lines,
            "kinds": [(kind.value, kind.label) for kind in PaperKind if kind in kinds],
            "wanted": wanted,
            "form": form if request.user.has_perm(FILES) else None,
        }
        return TemplateResponse(request, "admin/house/documents.html", context)


def _below(url: str | None) -> str | None:
    """A link of ours without the site: the page may be open under another of its names."""
    return url.removeprefix(settings.PUBLIC_URL) if url else url

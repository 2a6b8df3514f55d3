"""Headers by which browsers protect people: on every answer, also on preflights and refusals (H2).

Django's own middleware sends plain HTTP on to HTTPS, inside of CORS; preflights never come that far. This one stands
outside of both, sends nobody anywhere, and adds what is not there yet.
"""

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.security import SecurityMiddleware

from realestate.core.api.errors import error_body

POLICY = "Content-Security-Policy"
# The back office: scripts, styles and pictures of our own, none of them within the page. ``data:`` is for the picture
# of a second factor's secret and the arrows of Django's own style sheets.
OF_PAGES = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; object-src 'none'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
# What is no page runs nothing, whatever a browser takes it for.
OF_PAPERS = "script-src 'none'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
OF_THE_REST = f"{OF_PAPERS}; object-src 'none'"  # browsers show a PDF as an object within itself
# Answers of the catalogue to who was logged in may lie in the browser's cache (``private, no-cache``).
LOGOUT = "/api/auth/logout"
UNUSED = "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()"


class SafetyHeadersMiddleware(SecurityMiddleware):
    """Adds them on the way out; pages with a policy of their own keep it."""

    async_capable = False

    def process_request(  # type: ignore[override]  # Django's sends on, this one may refuse
        self, request: HttpRequest
    ) -> HttpResponse | None:
        """Lets everybody pass but programs that ask the API by plain HTTP.

        Sent on to HTTPS like a person, they would go on giving their tokens away, and nobody would notice.
        """
        if self.redirect and not request.is_secure() and request.path.startswith("/api/"):
            return JsonResponse(error_body("Ask by HTTPS.", "permission_denied"), status=403)
        return None

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        """HSTS, the type as it is said, who learns where one came from; and what the content may do."""
        answer = super().process_response(request, response)
        kind = answer.get("Content-Type", "").partition(";")[0]
        is_page = kind == "text/html"
        policies = {"text/html": OF_PAGES, "application/pdf": OF_PAPERS}
        answer.headers.setdefault(POLICY, policies.get(kind, OF_THE_REST))
        if request.path == LOGOUT and answer.status_code == HTTPStatus.OK:
            answer.headers.setdefault("Clear-Site-Data", '"cache"')
        if is_page:
            answer.headers.setdefault("Permissions-Policy", UNUSED)
        return answer

"""Headers by which browsers protect people: on every answer, also on preflights and refusals (H2).

Django's own middleware sends plain HTTP on to HTTPS, inside of CORS; preflights never come that far. This one stands
outside of both, sends nobody anywhere, and adds what is not there yet.
"""

from django.http import HttpRequest, HttpResponse
from django.middleware.security import SecurityMiddleware

POLICY = "Content-Security-Policy"
# The back office: scripts, styles and pictures of our own, none of them within the page. ``data:`` is for the picture
# of a second factor's secret and the arrows of Django's own style sheets.
OF_PAGES = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
# What is no page runs nothing, whatever a browser takes it for. No word on objects: with one, PDFs are not shown.
OF_THE_REST = "script-src 'none'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
UNUSED = "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()"


class SafetyHeadersMiddleware(SecurityMiddleware):
    """Adds them on the way out; pages with a policy of their own keep it."""

    async_capable = False

    def process_request(self, request: HttpRequest) -> None:
        """Lets everybody pass."""

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        """HSTS, the type as it is said, who learns where one came from; and what the content may do."""
        answer = super().process_response(request, response)
        is_page = answer.get("Content-Type", "").startswith("text/html")
        answer.headers.setdefault(POLICY, OF_PAGES if is_page else OF_THE_REST)
        if is_page:
            answer.headers.setdefault("Permissions-Policy", UNUSED)
        return answer

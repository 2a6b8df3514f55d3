"""The admin's entrance as tests go through it: its addresses, the password, a device with its codes, and set-up."""

from django.test import Client
from django_otp.oath import totp
from django_otp.plugins.otp_totp.models import TOTPDevice

from accounts.models import User
from realestate.core.models import AuditEntry
from tests.factories.accounts import PASSWORD

LOGIN, CODE = "/admin/login/", "/admin/second-factor/code/"
SETUP, MANAGE = "/admin/second-factor/setup/", "/admin/second-factor/"


def enrolled(user: User) -> TOTPDevice:
    return TOTPDevice.objects.create(user=user, name="Authenticator app", confirmed=True)


def code_of(device: TOTPDevice) -> str:
    return f"{totp(device.bin_key):06d}"


def wrong(device: TOTPDevice) -> str:
    """A code that is not near: the one of an hour ago."""
    return f"{totp(device.bin_key, t0=3600):06d}"


def log_in(client: Client, password: str = PASSWORD, email: str = "sana@example.com", **more):
    return client.post(LOGIN, {"username": email, "password": password}, **more)


def inside(client: Client) -> bool:
    return client.get("/admin/").status_code == 200


def actions(user: User) -> list[str]:
    rows = AuditEntry.objects.filter(object_type="accounts.user", object_id=user.pk)
    return list(rows.order_by("pk").values_list("action", flat=True))


def errors_of(reply) -> list[str]:
    return [text for texts in reply.context["form"].errors.values() for text in texts]


def set_up(client: Client) -> tuple[TOTPDevice, list[str]]:
    """Through the page, as a person does it."""
    page = client.get(SETUP)
    device = TOTPDevice.objects.get(confirmed=False)
    assert page.context["secret"].replace(" ", "") in device.config_url
    assert '<svg viewBox="0 0 ' in page.content.decode()  # whole, whatever its size on the page
    reply = client.post(SETUP, {"code": code_of(device)})
    return device, reply.context["codes"]

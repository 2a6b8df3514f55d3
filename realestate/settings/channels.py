"""How notifications leave the house: e-mail, SMS, push."""

from urllib.parse import parse_qs, urlsplit

from realestate.settings.env import env

mail = env.mail("EMAIL_URL", default="consolemail://", about="The server that sends e-mail.")
EMAIL_BACKEND = mail.get("EMAIL_BACKEND", "")
EMAIL_HOST = mail.get("EMAIL_HOST") or ""
EMAIL_PORT = mail.get("EMAIL_PORT") or 25
EMAIL_HOST_USER = mail.get("EMAIL_HOST_USER") or ""
EMAIL_HOST_PASSWORD = mail.get("EMAIL_HOST_PASSWORD") or ""
EMAIL_USE_TLS = mail.get("EMAIL_USE_TLS", False)
EMAIL_USE_SSL = mail.get("EMAIL_USE_SSL", False)
EMAIL_FILE_PATH = mail.get("EMAIL_FILE_PATH") or None
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env.text(
    "DEFAULT_FROM_EMAIL",
    default="Real estate platform <no-reply@localhost>",
    about="Sender of all e-mail.",
)
SMS_URL = env.text(
    "SMS_URL",
    default="console://",
    secret=True,
    about="Who sends text messages: twilio://ACCOUNT:TOKEN@api.twilio.com?from=%2B14155550100, or console:// to print"
    " them. Production offers none unless it is set.",
)
PUSH_URL = env.text(
    "PUSH_URL",
    default="console://",
    secret=True,
    about="Who sends push messages: https://KEY@host/path of a relay, or console:// to print them. Production offers"
    " none unless it is set.",
)
sms, push = urlsplit(SMS_URL), urlsplit(PUSH_URL)
by_twilio = sms.scheme in {"twilio", "twilio+http"}
if sms.scheme != "console" and not (
    by_twilio and sms.hostname and sms.username and sms.password and parse_qs(sms.query).get("from")
):
    env.wrong("SMS_URL must be twilio://ACCOUNT:TOKEN@HOST?from=NUMBER or console://")
if push.scheme != "console" and not (push.scheme in {"http", "https"} and push.hostname):
    env.wrong("PUSH_URL must be https://KEY@HOST/PATH or console://")

"""Payment gateways: their keys and addresses, and where the browser goes after paying."""

from realestate.settings.env import env

# A gateway without keys is not offered.
STRIPE_SECRET_KEY = env.text(
    "STRIPE_SECRET_KEY", secret=True, about="Key of a Stripe account; customers can then pay there."
)
STRIPE_WEBHOOK_SECRETS = env.secrets(
    "STRIPE_WEBHOOK_SECRET",
    about="Checks Stripe's webhooks; two, separated by a comma, while it is being changed.",
)
STRIPE_API_URL = env.url(
    "STRIPE_API_URL", default="https://api.stripe.com", about="Where Stripe's API is."
)
RAZORPAY_KEY_ID = env.text("RAZORPAY_KEY_ID", about="Id of the key of a Razorpay account.")
RAZORPAY_KEY_SECRET = env.text(
    "RAZORPAY_KEY_SECRET",
    secret=True,
    about="The key itself; customers can then pay there in rupees.",
)
RAZORPAY_WEBHOOK_SECRETS = env.secrets(
    "RAZORPAY_WEBHOOK_SECRET",
    about="Checks Razorpay's webhooks; two, separated by a comma, while it is being changed.",
)
RAZORPAY_API_URL = env.url(
    "RAZORPAY_API_URL", default="https://api.razorpay.com", about="Where Razorpay's API is."
)
FAKE_GATEWAY = env.switch(
    "FAKE_GATEWAY",
    default=False,
    about="Offer a gateway that moves no money. On one machine it is on unless set to 0; production refuses it.",
)
CHECKOUT_SUCCESS_URL = env.url(
    "CHECKOUT_SUCCESS_URL",
    about="Page of the web client after paying online, told ?checkout=ID&result=success; its first page if empty.",
)
CHECKOUT_CANCEL_URL = env.url(
    "CHECKOUT_CANCEL_URL",
    about="Page of the web client for who did not pay, told ?checkout=ID&result=cancelled; its first page if empty.",
)

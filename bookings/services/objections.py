"""What apps above may object to a step of a booking or a change: they raise these, and our views announce them."""

from realestate.core.errors import DomainError


class SettlementRequired(DomainError):
    """Money has been received for this booking, so it can be cancelled only with an approved settlement."""

    code, status = "settlement_required", 422


class TokenNotPaid(DomainError):
    """The token has not been paid in full."""

    code, status = "token_not_paid", 422


class UpfrontNotPaid(DomainError):
    """What the change asks for at once has not been paid yet."""

    code, status = "upfront_not_paid", 422

"""R21: how a request that two people must agree on moves."""

from payments.enums import AdjustmentAction as A
from payments.enums import AdjustmentState as S

ADJUSTMENT_TRANSITIONS: dict[str, dict[str, str]] = {
    S.REQUESTED: {A.APPROVE: S.APPROVED, A.REFUSE: S.REFUSED}
}

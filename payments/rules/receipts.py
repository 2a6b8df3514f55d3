"""R8.1: how a receipt moves. Only ``cleared`` counts; a reversed one was cleared before."""

from payments.enums import ReceiptAction as A
from payments.enums import ReceiptState as S

RECEIPT_TRANSITIONS: dict[str, dict[str, str]] = {
    S.SUBMITTED: {A.CLEAR: S.CLEARED, A.REJECT: S.REJECTED},
    S.RECORDED: {A.CLEAR: S.CLEARED, A.REJECT: S.REJECTED},
    S.CLEARED: {A.REVERSE: S.REVERSED},
}

"""How a batch of letters moves."""

from payments.enums import LetterAction as A
from payments.enums import LetterState as S

LETTER_TRANSITIONS: dict[str, dict[str, str]] = {
    S.WAITING: {A.FINISH: S.FINISHED, A.FAIL: S.FAILED}
}

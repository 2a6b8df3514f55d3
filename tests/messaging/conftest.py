"""Messages between Asha and Meera about Meera's project."""

import pytest

from messaging import services
from messaging.models import Message


@pytest.fixture
def write(cast):
    """``write(cast.asha, "Hello")``: about Meera's project, to the other party."""

    def written(sender, text="When can I see the flat?", **words) -> Message:
        if sender == cast.meera:
            words.setdefault("recipient_id", cast.asha.pk)
        words.setdefault("project_id", cast.meera_project.pk)
        return services.send_message(actor=sender, message_content=text, **words)[0]

    return written

"""The recipient reads who has written, once."""

from messaging import services as messaging
from notifications.models import Notification
from tests.notifications.telling import news


def test_the_recipient_reads_who_has_written(cast):
    messaging.send_message(
        actor=cast.asha, project_id=cast.meera_project.pk, message_content="Hello " + "x" * 300
    )
    messaging.send_message(
        actor=cast.meera,
        project_id=cast.meera_project.pk,
        recipient_id=cast.asha.pk,
        message_content="Welcome",
        priority="high",
    )
    assert news() == [
        (
            cast.meera.pk,
            "Message from Asha Rao",
            "Meera Gardens: Hello " + "x" * 194 + "…",
        ),
        (cast.asha.pk, "Message from Meera Homes", "Meera Gardens: Welcome"),
    ]
    assert list(
        Notification.objects.order_by("pk").values_list("priority", "action_url", "send_via")
    ) == [
        ("medium", "/builder/messages", "in_app"),
        ("high", "/customer/messages", "in_app"),
    ]


def test_a_message_that_is_sent_again_is_not_told_again(cast):
    for _ in range(2):
        messaging.send_message(
            actor=cast.asha,
            project_id=cast.meera_project.pk,
            message_content="Hello",
            client_id="1",
        )
    assert Notification.objects.count() == 1

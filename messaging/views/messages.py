"""Messages and conversations over HTTP (contract 7.7): parse, call one service, show."""

from django.db.models import Q, QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from messaging import services
from messaging.filters import ConversationFilter, MessageFilter
from messaging.models import Conversation, Message
from messaging.serializers import (
    ChatMessagePageRead,
    ChatMessageRead,
    ConversationMarkedRead,
    ConversationRead,
    MessageWrite,
    UnreadRead,
)
from realestate.core.api.access import BUILDER_ONLY, CUSTOMERS, PARTIES
from realestate.core.api.pagination import Page, paginate
from realestate.core.api.views import HouseViewSet, message
from realestate.core.enums import Duty
from realestate.core.limits import MESSAGES

TALKERS = CUSTOMERS | BUILDER_ONLY  # staff may read, but are no party of a conversation


class MessageViewSet(HouseViewSet):
    """Messages between customers and builders."""

    model, read, filterset_class = Message, ChatMessageRead, MessageFilter
    list_key = "messages"
    tag = "messages"
    access = {"list": PARTIES, "create": TALKERS, "history": PARTIES, "thread": PARTIES}
    limits = {"create": MESSAGES}
    duty = Duty.SALES
    errors = {"create": (services.ClientIdTaken,)}

    @property
    def paged(self) -> bool:
        """Whether the action answers in pages; for the OpenAPI document."""
        return self.action in {"list", "history", "thread"}

    def get_queryset(self) -> QuerySet[Message]:
        """Messages with the number of their answers."""
        return self.shaped(Message.objects.for_user(self.caller).with_replies())

    @extend_schema(operation_id="messages_list", responses=ChatMessagePageRead)
    def list(self, request: Request, **_path: str) -> Response:
        """Your messages of all conversations, newest first."""
        return super().list(request)

    @extend_schema(
        operation_id="messages_create",
        request=MessageWrite,
        responses={200: ChatMessageRead, 201: ChatMessageRead},
    )
    def create(self, request: Request) -> Response:
        """Send a message.

        The sender is you. With a `client_id` that you have used for the same message it is answered again with 200.
        """
        row, is_new = services.send_message(actor=self.caller, **self.parse(MessageWrite))
        return self.show(row.pk, status=201 if is_new else 200)

    @extend_schema(operation_id="messages_history", responses=ChatMessagePageRead, filters=False)
    def history(self, request: Request, customer_id: int, project_id: int) -> Response:
        """What was written in a conversation, oldest first.

        Page 1 holds the latest messages, page 2 those before them. Reading marks your incoming messages as read, up to
        the newest one shown; the answer still shows which of them were new.
        """
        services.find_pair(actor=self.caller, customer_id=customer_id, project_id=project_id)
        rows = self.get_queryset().filter(
            conversation__customer=customer_id, conversation__project=project_id
        )
        page = paginate(rows, request, default_limit=self.default_limit)
        latest = [*page.rows]
        answer = self.page_response(Page(latest[::-1], page.total, page.number, page.limit))
        if latest and self.caller.has_duty(Duty.SALES):  # a builder's team has one inbox
            newest = latest[0]
            services.mark_conversation_read(
                actor=self.caller, conversation_id=newest.conversation_id, up_to=newest.pk
            )
        return answer

    @extend_schema(operation_id="messages_thread", responses=ChatMessagePageRead, filters=False)
    def thread(self, request: Request, pk: int) -> Response:
        """The thread of a message: what it began with and all answers, oldest first. Marks nothing as read."""
        row = Message.objects.for_user(self.caller).get(pk=pk)
        first = row.thread_id or row.pk
        return self.show_list(self.of_thread, keys={"first": first})

    def of_thread(self, first: int) -> QuerySet[Message]:
        """A message and all answers to it."""
        return self.get_queryset().filter(Q(pk=first) | Q(thread=first)).order_by("pk")


class ConversationViewSet(HouseViewSet):
    """Conversations: one per customer and project."""

    model, read, filterset_class = Conversation, ConversationRead, ConversationFilter
    default_limit = 100  # the page has no pager
    tag = "messages"
    access = {"list": PARTIES, "mark_read": TALKERS, "unread": PARTIES}
    duty = Duty.SALES

    def get_queryset(self) -> QuerySet[Conversation]:
        """Conversations with their last message; the one that was written to last comes first."""
        rows = Conversation.objects.for_user(self.caller)
        rows = rows.with_summary(Message.objects.all(), self.caller)
        return self.shaped(rows).order_by("-newest_id", "-pk")

    @extend_schema(operation_id="conversations_list")
    def list(self, request: Request, **_path: str) -> Response:
        """Your conversations, with the last message and how many you have not read."""
        return super().list(request)

    @extend_schema(
        operation_id="conversations_mark_read", request=None, responses=ConversationMarkedRead
    )
    def mark_read(self, request: Request, pk: int) -> Response:
        """Mark everything that you have received in a conversation as read."""
        count = services.mark_conversation_read(actor=self.caller, conversation_id=pk)
        return message(f"{count} marked as read.", count=count, success=True, marked_read=count)

    @extend_schema(operation_id="messages_unread_count", responses=UnreadRead, filters=False)
    def unread(self, request: Request) -> Response:
        """How many messages you have not read."""
        counts = services.unread_of(self.caller)
        unread = counts["messages"]
        return Response(
            {
                "unread_count": unread,
                "unreadCount": unread,
                "conversations": counts["conversations"],
            }
        )

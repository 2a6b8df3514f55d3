"""Messages over HTTP."""

from messaging.views.broadcasts import BroadcastViewSet
from messaging.views.messages import ConversationViewSet, MessageViewSet

__all__ = ["BroadcastViewSet", "ConversationViewSet", "MessageViewSet"]

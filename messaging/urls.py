"""Routes of the messaging app, below ``/api/``, without trailing slashes."""

from django.urls import URLPattern, URLResolver, path

from messaging.views import BroadcastViewSet, ConversationViewSet, MessageViewSet

messages = MessageViewSet.as_view
conversations = ConversationViewSet.as_view
broadcasts = BroadcastViewSet.as_view

urlpatterns: list[URLPattern | URLResolver] = [
    path("messages", messages({"get": "list", "post": "create"})),
    path("messages/conversations", conversations({"get": "list"})),
    path("messages/unread-count", conversations({"get": "unread"})),
    path("messages/broadcasts", broadcasts({"get": "list", "post": "create"})),
    path("messages/broadcasts/<int:pk>", broadcasts({"get": "retrieve"})),
    path("messages/<int:pk>/thread", messages({"get": "thread"})),
    path("messages/conversation/<int:customer_id>/<int:project_id>", messages({"get": "history"})),
    path("messages/conversation/<int:pk>/read", conversations({"patch": "mark_read"})),
]

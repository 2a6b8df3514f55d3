"""Routes of the messaging app, below ``/api/``, without trailing slashes."""

from django.urls import URLPattern, URLResolver, path

from messaging.views import ConversationViewSet, MessageViewSet

messages = MessageViewSet.as_view
conversations = ConversationViewSet.as_view

urlpatterns: list[URLPattern | URLResolver] = [
    path("messages", messages({"get": "list", "post": "create"})),
    path("messages/conversations", conversations({"get": "list"})),
    path("messages/conversation/<int:customer_id>/<int:project_id>", messages({"get": "history"})),
    path("messages/conversation/<int:pk>/read", conversations({"patch": "mark_read"})),
]

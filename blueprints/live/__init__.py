"""Live: what happens in a conversation reaches the pages that show it."""

from flask import Flask

from blueprints.live import views
from blueprints.live.messages import Conversations
from understory import listening


def register(app: Flask) -> None:
    app.register_blueprint(views.bp)
    conversations = Conversations(app)
    listening.offer_stream(
        app, listening.StreamPath(r"/articles/([a-z0-9-]{1,100})/live", conversations.topic, conversations)
    )

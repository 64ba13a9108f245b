"""picture: what is counted over ranges of time is read from indexes."""

from alembic import op

revision = "picture"
down_revision = "privacy"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_comments_created_at", "comments", ["created_at"], if_not_exists=True)
    op.create_index("ix_moderation_log_picture", "moderation_log", ["at", "after", "act", "before", "comment_id"])
    op.create_index("ix_reports_at", "reports", ["at"])


def downgrade() -> None:
    op.drop_index("ix_reports_at", "reports")
    op.drop_index("ix_moderation_log_picture", "moderation_log")
    op.drop_index("ix_comments_created_at", "comments", if_exists=True)

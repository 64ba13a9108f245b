"""privacy: traces of addresses, erased comments, the record of what was erased and exported."""

import sqlalchemy as sa
from alembic import op

revision = "privacy"
down_revision = "accounts_with_sessions"
branch_labels = None
depends_on = None

KEPT = {"sqlite_where": sa.text("address_hash IS NOT NULL"), "postgresql_where": sa.text("address_hash IS NOT NULL")}
GIVEN = {"sqlite_where": sa.text("email IS NOT NULL"), "postgresql_where": sa.text("email IS NOT NULL")}


def upgrade() -> None:
    # Not in a batch: SQLite would copy a million comments to add three columns that are empty.
    op.add_column("comments", sa.Column("address_hash", sa.String(length=22), nullable=True))
    op.add_column("comments", sa.Column("address_range", sa.String(length=20), nullable=True))
    op.add_column("comments", sa.Column("erased_at", sa.DateTime(), nullable=True))
    op.create_index("ix_comments_swept", "comments", ["created_at"], **KEPT)
    op.create_index("ix_comments_email", "comments", [sa.text("lower(email)")], **GIVEN)
    op.create_index("ix_votes_reader_key", "votes", ["reader_key"])
    op.create_index("ix_reports_reader_key", "reports", ["reader_key"])
    op.create_table(
        "privacy_log",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("deed", sa.String(length=16), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("account_name", sa.String(length=64), nullable=False),
        sa.Column("subject_hash", sa.String(length=22), nullable=False),
        sa.Column("comments", sa.Integer(), nullable=False),
        sa.Column("votes", sa.Integer(), nullable=False),
        sa.Column("reports", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_privacy_log_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_privacy_log")),
    )
    op.create_index(op.f("ix_privacy_log_subject_hash"), "privacy_log", ["subject_hash"])


def downgrade() -> None:
    op.drop_table("privacy_log")
    op.drop_index("ix_reports_reader_key", "reports")
    op.drop_index("ix_votes_reader_key", "votes")
    op.drop_index("ix_comments_email", "comments")
    op.drop_index("ix_comments_swept", "comments")
    for column in ("erased_at", "address_range", "address_hash"):
        op.execute(f"ALTER TABLE comments DROP COLUMN {column}")

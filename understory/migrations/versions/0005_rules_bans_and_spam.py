"""rules, bans, and what is learned of spam; why a comment was held."""

import sqlalchemy as sa
from alembic import op

revision = "rules_bans_and_spam"
down_revision = "picture"
branch_labels = None
depends_on = None

TABLES = ("ban_log", "bans", "spam_lessons", "spam_rules", "spam_standing", "spam_tokens")


def upgrade() -> None:
    op.add_column("comments", sa.Column("held_for", sa.Text(), nullable=True))
    op.add_column("comments", sa.Column("held_as", sa.String(length=16), nullable=True))

    op.create_table(
        "bans",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("value", sa.String(length=500), nullable=False),
        sa.Column("known_as", sa.String(length=64), nullable=False),
        sa.Column("until", sa.DateTime(), nullable=True),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("lifted_at", sa.DateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bans")),
    )
    op.create_table(
        "ban_log",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ban_id", sa.Integer(), nullable=False),
        sa.Column("act", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("comment_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("account_name", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_ban_log_account_id")),
        sa.ForeignKeyConstraint(["ban_id"], ["bans.id"], name=op.f("fk_ban_log_ban_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ban_log")),
    )
    op.create_index("ix_ban_log_ban_id", "ban_log", ["ban_id"])
    op.create_table(
        "spam_rules",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("rules", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("account_name", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_spam_rules_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_spam_rules")),
    )
    op.create_table(
        "spam_tokens",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("spam", sa.Integer(), nullable=False),
        sa.Column("ham", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_spam_tokens")),
    )
    op.create_table(
        "spam_lessons",
        sa.Column("comment_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("labels", sa.Text(), nullable=False),
        sa.Column("tokens", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("comment_id", name=op.f("pk_spam_lessons")),
    )
    op.create_index("ix_spam_lessons_at", "spam_lessons", ["at"])
    standing = op.create_table(
        "spam_standing",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("spam", sa.Integer(), nullable=False),
        sa.Column("ham", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_spam_standing")),
    )
    op.bulk_insert(standing, [{"id": 1, "version": 0, "spam": 0, "ham": 0}])


def downgrade() -> None:
    for table in TABLES:
        op.drop_table(table)
    # Not as a batch: that would build the table anew without the index of its e-mail addresses.
    op.drop_column("comments", "held_as")
    op.drop_column("comments", "held_for")

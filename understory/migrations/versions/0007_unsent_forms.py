"""forms that were sent after a session had ended are kept for a day; the log of bans is append only."""

import sqlalchemy as sa
from alembic import op

revision = "unsent_forms"
down_revision = "the_desk"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "unsent_forms",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("session_hash", sa.String(length=64), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("fields", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unsent_forms")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_unsent_forms_token_hash")),
    )
    op.create_index("ix_unsent_forms_session_hash", "unsent_forms", ["session_hash"])
    op.create_index("ix_unsent_forms_at", "unsent_forms", ["at"])
    if op.get_bind().dialect.name == "sqlite":
        for done, verb in (("changed", "UPDATE"), ("deleted", "DELETE")):
            op.execute(
                f"CREATE TRIGGER ban_log_is_never_{done} BEFORE {verb} ON ban_log "
                "BEGIN SELECT RAISE(ABORT, 'the log is append only'); END"
            )
    else:
        for done, verb in (("changed", "UPDATE"), ("deleted", "DELETE")):
            op.execute(
                f"CREATE TRIGGER ban_log_is_never_{done} BEFORE {verb} ON ban_log "
                "FOR EACH ROW EXECUTE FUNCTION understory_never()"
            )


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for done in ("changed", "deleted"):
            op.execute(f"DROP TRIGGER ban_log_is_never_{done}")
    else:
        for done in ("changed", "deleted"):
            op.execute(f"DROP TRIGGER ban_log_is_never_{done} ON ban_log")
    op.drop_table("unsent_forms")

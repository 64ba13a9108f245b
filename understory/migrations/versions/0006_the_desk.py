"""the desk: queues by state, words to search, batches in the log, pinned comments, held authors."""

import string

import sqlalchemy as sa
from alembic import op

revision = "the_desk"
down_revision = "rules_bans_and_spam"
branch_labels = None
depends_on = None

#: A row of the log is there for good: what was done may be undone, never unsaid.
APPEND_ONLY = """
CREATE TRIGGER moderation_log_is_never_{done} BEFORE {verb} ON moderation_log
BEGIN SELECT RAISE(ABORT, 'the log is append only'); END
"""

#: The same for PostgreSQL, whose triggers call a function.
REFUSAL = """
CREATE FUNCTION understory_never() RETURNS trigger LANGUAGE plpgsql AS
$$BEGIN RAISE EXCEPTION 'the log is append only'; END$$
"""
APPEND_ONLY_THERE = """
CREATE TRIGGER moderation_log_is_never_{done} BEFORE {verb} ON moderation_log
FOR EACH ROW EXECUTE FUNCTION understory_never()
"""

#: Words without accents and punctuation, as SQLite's index has them too: the parser would make an address one word.
PUNCTUATION = string.punctuation.replace("'", "''")
PLAIN = f"""
CREATE FUNCTION understory_plain(said text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS
$$SELECT regexp_replace(
  normalize(translate(said, '{PUNCTUATION}', repeat(' ', {len(string.punctuation)})), NFKD), '[\u0300-\u036f]', '', 'g'
)$$
"""
#: Kept in the row, so that a search for common words reads ids from the newest on and makes no word again.
WORDS_THERE = """
ALTER TABLE comments
  ADD COLUMN author_words tsvector GENERATED ALWAYS AS (to_tsvector('simple', understory_plain(author))) STORED,
  ADD COLUMN said_words tsvector GENERATED ALWAYS AS (to_tsvector('simple', understory_plain(source))) STORED
"""

#: The words of comments, by id. What they say is not stored a second time; the triggers keep it in step.
WORDS = """
CREATE VIRTUAL TABLE comment_words
USING fts5(author, said, place, content='', tokenize='unicode61 remove_diacritics 2')
"""
ADDED = "INSERT INTO comment_words(rowid, author, said, place) VALUES ({0}.id, {0}.author, {0}.source, {0}.article_id);"
TAKEN = (
    "INSERT INTO comment_words(comment_words, rowid, author, said, place) "
    "VALUES ('delete', {0}.id, {0}.author, {0}.source, {0}.article_id);"
)


def upgrade() -> None:
    with op.batch_alter_table("articles") as batch_op:
        batch_op.add_column(sa.Column("pinned_id", sa.Integer(), nullable=True))

    with op.batch_alter_table("comment_edits") as batch_op:
        batch_op.add_column(sa.Column("made_at", sa.DateTime(), nullable=True))

    op.drop_index("ix_comments_reader_key", "comments")
    op.create_index("ix_comments_of_reader", "comments", ["reader_key", "state"])
    op.create_index(
        "ix_comments_queues",
        "comments",
        ["state", "id"],
        sqlite_where=sa.text("state <> 'visible'"),
        postgresql_where=sa.text("state <> 'visible'"),
    )
    op.create_index(
        "ix_comments_caught",
        "comments",
        ["created_at"],
        sqlite_where=sa.text("held_as = 'spam'"),
        postgresql_where=sa.text("held_as = 'spam'"),
    )

    op.create_table(
        "held_authors",
        sa.Column("reader_key", sa.String(length=22), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("reader_key", name=op.f("pk_held_authors")),
    )

    if op.get_bind().dialect.name == "sqlite":
        _log_anew()
    else:
        op.alter_column("moderation_log", "comment_id", existing_type=sa.Integer(), nullable=True)
        op.alter_column("moderation_log", "article_id", existing_type=sa.Integer(), nullable=True)
        op.add_column("moderation_log", sa.Column("batch_id", sa.Integer(), nullable=True))
        op.add_column("moderation_log", sa.Column("about", sa.String(length=200), server_default="", nullable=False))
        op.create_foreign_key(op.f("fk_moderation_log_batch_id"), *["moderation_log"] * 2, ["batch_id"], ["id"])
    op.create_index("ix_moderation_log_batch_id", "moderation_log", ["batch_id"])

    # In words that both databases take: as a batch, SQLite would build the table anew for it.
    op.execute(
        "ALTER TABLE reports ADD COLUMN settled_by INTEGER "
        "CONSTRAINT fk_reports_settled_by REFERENCES moderation_log (id)"
    )
    op.create_index("ix_reports_settled_by", "reports", ["settled_by"])
    op.create_index(
        "ix_reports_open",
        "reports",
        ["comment_id"],
        sqlite_where=sa.text("settled = 0"),
        postgresql_where=sa.text("NOT settled"),
    )

    if op.get_bind().dialect.name == "sqlite":
        for done, verb in (("changed", "UPDATE"), ("deleted", "DELETE")):
            op.execute(APPEND_ONLY.format(done=done, verb=verb))
        op.execute(WORDS)
        op.execute(
            "INSERT INTO comment_words(rowid, author, said, place) SELECT id, author, source, article_id FROM comments"
        )
        op.execute(f"CREATE TRIGGER comment_words_added AFTER INSERT ON comments BEGIN {ADDED.format('new')} END")
        op.execute(f"CREATE TRIGGER comment_words_taken AFTER DELETE ON comments BEGIN {TAKEN.format('old')} END")
        op.execute(
            "CREATE TRIGGER comment_words_changed AFTER UPDATE OF author, source ON comments "
            f"BEGIN {TAKEN.format('old')} {ADDED.format('new')} END"
        )
    else:
        op.execute(REFUSAL)
        for done, verb in (("changed", "UPDATE"), ("deleted", "DELETE")):
            op.execute(APPEND_ONLY_THERE.format(done=done, verb=verb))
        op.execute(PLAIN)
        op.execute(WORDS_THERE)
        op.create_index("ix_comments_author_words", "comments", ["author_words"], postgresql_using="gin")
        op.create_index("ix_comments_said_words", "comments", ["said_words"], postgresql_using="gin")


def _log_anew() -> None:
    """SQLite cannot let a column be empty that could not. The entries refer to one another, so the new table refers to
    itself from the start: a batch's would refer to the old one, which could then not be dropped."""
    op.create_table(
        "moderation_log_anew",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("account_name", sa.String(length=64), nullable=False),
        sa.Column("act", sa.String(length=16), nullable=False),
        sa.Column("comment_id", sa.Integer(), nullable=True),
        sa.Column("article_id", sa.Integer(), nullable=True),
        sa.Column("before", sa.String(length=16), nullable=False),
        sa.Column("after", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("undoes_id", sa.Integer(), nullable=True),
        sa.Column("batch_id", sa.Integer(), nullable=True),
        sa.Column("about", sa.String(length=200), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_moderation_log_account_id")),
        sa.ForeignKeyConstraint(["article_id"], ["articles.id"], name=op.f("fk_moderation_log_article_id")),
        sa.ForeignKeyConstraint(["comment_id"], ["comments.id"], name=op.f("fk_moderation_log_comment_id")),
        sa.ForeignKeyConstraint(["undoes_id"], ["moderation_log_anew.id"], name=op.f("fk_moderation_log_undoes_id")),
        sa.ForeignKeyConstraint(["batch_id"], ["moderation_log_anew.id"], name=op.f("fk_moderation_log_batch_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_moderation_log")),
        sa.UniqueConstraint("undoes_id", name=op.f("uq_moderation_log_undoes_id")),
    )
    op.execute(
        "INSERT INTO moderation_log_anew "
        "(id, at, account_id, account_name, act, comment_id, article_id, before, after, reason, undoes_id) "
        "SELECT id, at, account_id, account_name, act, comment_id, article_id, before, after, reason, undoes_id "
        "FROM moderation_log ORDER BY id"
    )
    op.drop_table("moderation_log")
    op.rename_table("moderation_log_anew", "moderation_log")
    op.create_index("ix_moderation_log_comment_id", "moderation_log", ["comment_id"])
    op.create_index("ix_moderation_log_picture", "moderation_log", ["at", "after", "act", "before", "comment_id"])


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for trigger in ("comment_words_added", "comment_words_taken", "comment_words_changed"):
            op.execute(f"DROP TRIGGER {trigger}")
        op.execute("DROP TABLE comment_words")
        for done in ("changed", "deleted"):
            op.execute(f"DROP TRIGGER moderation_log_is_never_{done}")
    else:
        op.execute("ALTER TABLE comments DROP COLUMN said_words, DROP COLUMN author_words")
        op.execute("DROP FUNCTION understory_plain")
        for done in ("changed", "deleted"):
            op.execute(f"DROP TRIGGER moderation_log_is_never_{done} ON moderation_log")
        op.execute("DROP FUNCTION understory_never")
    op.drop_index("ix_reports_open", "reports")
    op.drop_index("ix_reports_settled_by", "reports")
    op.drop_column("reports", "settled_by")
    op.execute("DELETE FROM moderation_log WHERE comment_id IS NULL OR article_id IS NULL")
    op.drop_index("ix_moderation_log_batch_id", "moderation_log")
    with op.batch_alter_table("moderation_log") as batch_op:
        batch_op.drop_constraint(op.f("fk_moderation_log_batch_id"), type_="foreignkey")
        batch_op.drop_column("about")
        batch_op.drop_column("batch_id")
        batch_op.alter_column("article_id", existing_type=sa.Integer(), nullable=False)
        batch_op.alter_column("comment_id", existing_type=sa.Integer(), nullable=False)
    op.drop_table("held_authors")
    op.drop_index("ix_comments_caught", "comments")
    op.drop_index("ix_comments_queues", "comments")
    op.drop_index("ix_comments_of_reader", "comments")
    op.create_index("ix_comments_reader_key", "comments", ["reader_key"])
    with op.batch_alter_table("comment_edits") as batch_op:
        batch_op.drop_column("made_at")
    with op.batch_alter_table("articles") as batch_op:
        batch_op.drop_column("pinned_id")

"""How Alembic meets the site: through the application's own engine, all migrations in one transaction.

Nobody else writes meanwhile, and no second process migrates; a lock that does not come in time ends it, and all is
as it was.
"""

from alembic import context
from flask import current_app

from understory.engines import Turn, taking_turn

migrate = current_app.extensions["migrate"]
engine = migrate.db.engine

with taking_turn(engine, Turn.ALONE), engine.connect() as connection:
    context.configure(
        connection=connection,
        target_metadata=migrate.db.metadata,
        **migrate.configure_args,
    )
    with context.begin_transaction():
        context.run_migrations()

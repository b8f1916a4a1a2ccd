"""Makes the database of a server hold the rows of a SQLite file of the same MLflow: copy_rows.py SQLITE URI. Its tables
are there; what is in them goes."""

import sys

from sqlalchemy import MetaData, create_engine, text

source, target = (
    create_engine(uri) for uri in ("sqlite:///" + sys.argv[1], sys.argv[2])
)
given, made = MetaData(), MetaData()
given.reflect(source)
made.reflect(target)
with source.connect() as reading, target.begin() as writing:
    # No foreign key counts: experiments and runs name each other.
    writing.execute(text("SET session_replication_role = replica"))
    for name, table in made.tables.items():
        writing.execute(table.delete())
        rows = [dict(row._mapping) for row in reading.execute(given.tables[name].select())]
        if rows:
            writing.execute(table.insert(), rows)
    writing.execute(
        text(
            "SELECT setval(pg_get_serial_sequence('experiments', 'experiment_id'), "
            "(SELECT max(experiment_id) + 1 FROM experiments))"
        )
    )

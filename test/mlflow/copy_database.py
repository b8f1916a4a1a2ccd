"""Makes a SQLite database hold what another holds, also while a server has it open: copy_database.py SOURCE TARGET."""

import sqlite3
import sys
from contextlib import closing


def copy(source, target):
    with closing(sqlite3.connect(source)) as given, closing(sqlite3.connect(target)) as made:
        given.backup(made)


if __name__ == "__main__":
    copy(*sys.argv[1:])

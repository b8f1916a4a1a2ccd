"""Commits to a store without rest, and logs every state that SQLite itself calls committed.

    python3 tortureWriter.py DB LOG SLOT --mode delete|truncate|persist|wal|mixed --seed N [--sync-off] [--pause MS] [--timeout S]

LOG gets a line "n md5" for each state: one seen at the start of a transaction, or one whose COMMIT returned. SLOT is
an 8-byte file with the last n whose COMMIT returned. Runs until it is killed; on SIGTERM it prints what it counted.
"""
import argparse, hashlib, json, os, random, signal, sqlite3, struct, sys, time

parser = argparse.ArgumentParser()
parser.add_argument("db")
parser.add_argument("log")
parser.add_argument("slot")
parser.add_argument("--mode", default="delete")
parser.add_argument("--seed", type=int, default=1)
parser.add_argument("--sync-off", action="store_true")
parser.add_argument("--pause", type=float, default=5)
parser.add_argument("--timeout", type=float, default=20)
parser.add_argument("--look", action="store_true", help="log the state as SQLite sees it now, and change nothing")
args = parser.parse_args()
rnd = random.Random(args.seed)
counts = {"commits": 0, "rollbacks": 0, "locked": 0, "checkpoints": 0, "vacuums": 0}
stopping = False


def stop(*_):
    global stopping
    stopping = True


signal.signal(signal.SIGTERM, stop)
log = os.open(args.log, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
slot = os.open(args.slot, os.O_RDWR | os.O_CREAT)


def connect():
    db = sqlite3.connect(args.db, isolation_level=None, timeout=args.timeout)
    mode = rnd.choice(["delete", "truncate", "persist"]) if args.mode == "mixed" else args.mode
    db.execute("PRAGMA journal_mode=" + mode)
    db.execute("PRAGMA synchronous=" + ("OFF" if args.sync_off else rnd.choice(["FULL", "NORMAL"])))
    db.execute("PRAGMA wal_autocheckpoint=%d" % rnd.choice([0, 10, 100, 1000]))
    return db


def state(db):
    digest = hashlib.md5()
    n = db.execute("SELECT last_update_time FROM experiments WHERE experiment_id = 0").fetchone()[0]
    digest.update(("%d\n" % n).encode())
    for row in db.execute("SELECT run_uuid, key, value FROM params ORDER BY run_uuid, key"):
        digest.update(("%s|%s|%s\n" % row).encode())
    return n, digest.hexdigest()


def note(n, digest):
    os.write(log, ("%d %s\n" % (n, digest)).encode())


def text():
    return "%016x" % rnd.getrandbits(64) * rnd.choice([1, 1, 2, 8, 30, 200, 700])


def change(db, n):
    amount = rnd.choice([1, 3, 10, 60, 400])
    for _ in range(amount):
        db.execute("INSERT OR REPLACE INTO params (run_uuid, key, value) VALUES (?, ?, ?)", ("run-%02d" % rnd.randrange(30), "key-%02d" % rnd.randrange(16), text()))
    if rnd.random() < .3:
        db.execute("DELETE FROM params WHERE run_uuid = ?", ("run-%02d" % rnd.randrange(30),))
    db.execute("UPDATE experiments SET last_update_time = ? WHERE experiment_id = 0", (n,))


def transaction(db):
    db.execute("PRAGMA cache_size=%d" % rnd.choice([5, 20, -2000]))
    db.execute("BEGIN IMMEDIATE")
    n, digest = state(db)
    note(n, digest)
    if rnd.random() < .25:
        change(db, -1)
        if rnd.random() < .3:
            time.sleep(rnd.random() * .2)
        db.execute("ROLLBACK")
        counts["rollbacks"] += 1
        return
    change(db, n + 1)
    if rnd.random() < .1:
        time.sleep(rnd.random() * .2)
    after = state(db)
    db.execute("COMMIT")
    note(*after)
    os.pwrite(slot, struct.pack("<q", after[0]), 0)
    counts["commits"] += 1


if args.look:
    note(*state(sqlite3.connect(args.db, timeout=20)))
    sys.exit()
db = None
while not stopping:
    try:
        if db is None:
            db = connect()
        transaction(db)
        if args.mode == "wal" and rnd.random() < .2:
            db.execute("PRAGMA wal_checkpoint(%s)" % rnd.choice(["PASSIVE", "FULL", "RESTART", "TRUNCATE"]))
            counts["checkpoints"] += 1
        if rnd.random() < .01:
            db.execute("VACUUM")
            counts["vacuums"] += 1
        if rnd.random() < .05:
            db.close()
            db = None
    except sqlite3.OperationalError as error:
        if "locked" not in str(error) and "busy" not in str(error):
            raise
        counts["locked"] += 1
        if db is not None and db.in_transaction:
            db.execute("ROLLBACK")
    time.sleep(args.pause / 1000 * rnd.random() * 2)
if db is not None:
    db.close()
print(json.dumps(counts))

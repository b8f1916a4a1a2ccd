"""What python's sqlite3 answers of a database: the counterpart of damageReader.ts, line by line."""
import hashlib, json, resource, sqlite3, struct, sys, time


def digest(rows):
    md5 = hashlib.md5()
    for row in rows:
        for value in row:
            if value is None:
                md5.update(b"n;")
            elif isinstance(value, int) and abs(value) > 2**53 - 1:
                # What JavaScript's numbers do not hold our reader gives as its digits.
                md5.update(b"t" + str(value).encode() + b";")
            elif isinstance(value, (int, float)):
                md5.update(b"f" + struct.pack("<d", float(value) + 0.0) + b";")
            elif isinstance(value, str):
                md5.update(b"t" + value.encode("utf-8") + b";")
            else:
                md5.update(b"b" + value + b";")
        md5.update(b"\n")
    return md5.hexdigest()


for line in sys.stdin:
    asked = json.loads(line)
    started = time.time()
    answers, errors = [], []
    db = sqlite3.connect(asked["file"])
    try:
        db.execute("PRAGMA synchronous=OFF")
    except sqlite3.DatabaseError:
        pass  # each statement will say so
    for sql in asked["statements"]:
        try:
            answers.append(digest(db.execute(sql)))
        except Exception as error:
            answers.append(None)
            errors.append(str(error))
    db.close()
    print(json.dumps({"answers": answers, "errors": errors, "milliseconds": (time.time() - started) * 1000,
                      "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}), flush=True)

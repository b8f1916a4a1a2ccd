#!/usr/bin/env python3
"""Starts a real MLflow tracking server for tests, prints what it is when it answers, and stops everything it started on
SIGTERM, SIGINT or SIGHUP, and when the process that started it ends.

    start.py PYTHON VERSION [--backend sqlite|postgresql|URI] [--port N] [--dir DIR] [--basic-auth] [--prefix /p] [--tls] [--workspaces]
             [--workers N] [--upgrade] [--no-serve-artifacts] [--env NAME=VALUE]... [--arg X]...

    PYTHON              has that MLflow; for PostgreSQL psycopg2 too, for basic-auth Flask-WTF
    standard output     one line of JSON: {"url", "version", "pid", "dir", "backend", "artifacts", "username"?, "password"?, "ca"?}
    --backend           sqlite: DIR/mlflow.db; postgresql: a cluster of its own in DIR; a URI: that store, as it is
                        (--upgrade: `mlflow db upgrade` first)
    --basic-auth        user admin, password "admin-password-1" (2.5 and later); --workspaces: 3.10 and later
    --tls               a certificate for 127.0.0.1 and localhost signed by a CA of its own: DIR/ca.pem
    --port 0            (default) a free one.  --dir: kept; without it a temporary folder that goes when the server stops
    --arg X, --env A=B  passed on to `mlflow server`, e.g. --arg=--allowed-hosts --arg=ml.example

Only 127.0.0.1. Exit codes: 0 stopped by a signal, 1 the server ended or did not answer (the end of its log is on standard
error), 69 something is not available here.
"""

import argparse
import contextlib
import ctypes
import glob
import json
import os
import re
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

PASSWORD = "admin-password-1"
p = argparse.ArgumentParser(usage=__doc__.split("\n\n")[1])
p.add_argument("python")
p.add_argument("version")
p.add_argument("--backend", default="sqlite")
p.add_argument("--port", type=int, default=0)
p.add_argument("--dir")
p.add_argument("--basic-auth", action="store_true")
p.add_argument("--prefix", default="")
p.add_argument("--tls", action="store_true")
p.add_argument("--workspaces", action="store_true")
p.add_argument("--workers", type=int, default=2)
p.add_argument("--upgrade", action="store_true")
p.add_argument("--no-serve-artifacts", action="store_true")
p.add_argument("--env", action="append", default=[])
p.add_argument("--arg", action="append", default=[])
p.add_argument("--timeout", type=float, default=300)
args = p.parse_args()
major, minor = (int(x) for x in args.version.split(".")[:2])
args.prefix = args.prefix.rstrip("/")
if args.prefix and not args.prefix.startswith("/"):
    args.prefix = "/" + args.prefix


class Unavailable(Exception):
    pass


def say(*a):
    print(*a, file=sys.stderr, flush=True)


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def tail(path, n=25):
    with contextlib.suppress(OSError), open(path, errors="replace") as f:
        return "".join(f.readlines()[-n:])
    return ""


# --- processes that end with this one -----------------------------------------------------------------------------------------------
children = []


def spawn(cmd, log, user=None, **kw):
    def before():
        os.setsid()
        with contextlib.suppress(Exception):
            ctypes.CDLL(None).prctl(1, signal.SIGTERM)  # Linux: ends when this process dies
        if user:
            os.initgroups(user.pw_name, user.pw_gid), os.setgid(user.pw_gid), os.setuid(user.pw_uid)
    child = subprocess.Popen(cmd, stdout=open(log, "ab"), stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, preexec_fn=before, **kw)
    children.append((child, signal.SIGTERM))
    return child


def group_lives(pgid):
    try:
        os.killpg(pgid, 0)
        return True
    except (ProcessLookupError, PermissionError):
        return False


def stop_all():
    while children:
        child, sig = children.pop()  # the server before its database
        for s, wait in ((sig, 8), (signal.SIGKILL, 3)):
            with contextlib.suppress(OSError):
                os.killpg(child.pid, s)
            end = time.time() + wait
            while time.time() < end and (child.poll() is None or group_lives(child.pid)):
                time.sleep(.05)
            if child.poll() is not None and not group_lives(child.pid):
                break


# --- PostgreSQL ---------------------------------------------------------------------------------------------------------------------
def postgres_bin():
    found = sorted(glob.glob("/usr/lib/postgresql/*/bin"), key=lambda d: int(re.findall(r"\d+", d)[0]))
    if found:
        return found[-1]
    if shutil.which("initdb") and shutil.which("postgres"):
        return os.path.dirname(os.path.realpath(shutil.which("initdb")))
    raise Unavailable("PostgreSQL is not here (Debian: apt-get install postgresql)")


def postgres(root, log):
    import pwd
    bin_, user = postgres_bin(), None
    if os.geteuid() == 0:
        with contextlib.suppress(KeyError):
            user = pwd.getpwnam("postgres")
        user = user or pwd.getpwnam("nobody")
    data = os.path.join(root, "pg")
    sock = tempfile.mkdtemp(prefix="pg-")  # short: a socket's path has 107 bytes
    if user:
        os.chown(sock, user.pw_uid, user.pw_gid)
    port = free_port()
    if not os.path.exists(os.path.join(data, "PG_VERSION")):
        os.makedirs(data, exist_ok=True)
        os.chmod(data, 0o700)
        if user:
            os.chown(data, user.pw_uid, user.pw_gid)
        child = spawn([os.path.join(bin_, "initdb"), "-D", data, "-U", "mlflow", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"], log, user, cwd="/")
        if child.wait():
            raise Unavailable("initdb failed:\n" + tail(log))
        children.pop()
    child = spawn([os.path.join(bin_, "postgres"), "-D", data, "-k", sock, "-h", "127.0.0.1", "-p", str(port), "-c", "fsync=off", "-c", "shared_buffers=256MB", "-c", "max_wal_size=2GB"], log, user, cwd="/")
    children[-1] = (child, signal.SIGINT)  # "fast" shutdown
    psql = [os.path.join(bin_, "psql"), "-h", sock, "-p", str(port), "-U", "mlflow", "-d", "postgres", "-v", "ON_ERROR_STOP=1", "-Atqc"]
    for _ in range(200):
        if subprocess.run(psql + ["select 1"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode == 0:
            break
        if child.poll() is not None:
            raise Unavailable("PostgreSQL ended:\n" + tail(log))
        time.sleep(.1)
    there = subprocess.run(psql + ["select 1 from pg_database where datname='mlflow'"], stdout=subprocess.PIPE).stdout.strip()
    if not there:
        subprocess.run(psql + ["create database mlflow"], check=True)
    return "postgresql+psycopg2://mlflow@127.0.0.1:%d/mlflow" % port, sock


# --- TLS ----------------------------------------------------------------------------------------------------------------------------
def certificates(root):
    at = lambda n: os.path.join(root, n)
    if not os.path.exists(at("server.pem")):
        def openssl(*a):
            r = subprocess.run(["openssl", *a], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, cwd=root)
            if r.returncode:
                raise Unavailable("openssl: " + r.stdout.decode()[-300:])
        if not shutil.which("openssl"):
            raise Unavailable("openssl is not here")
        open(at("ext.cnf"), "w").write("subjectAltName=IP:127.0.0.1,DNS:localhost\nbasicConstraints=CA:FALSE\nextendedKeyUsage=serverAuth\n")
        openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "30", "-subj", "/CN=Test CA", "-keyout", "ca.key", "-out", "ca.pem", "-addext", "basicConstraints=critical,CA:TRUE", "-addext", "keyUsage=critical,keyCertSign,cRLSign")
        openssl("req", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=localhost", "-keyout", "server.key", "-out", "server.csr")
        openssl("x509", "-req", "-in", "server.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "30", "-extfile", "ext.cnf", "-out", "server.pem")
    return at("ca.pem"), at("server.pem"), at("server.key")


# --- the server ---------------------------------------------------------------------------------------------------------------------
def main():
    if args.basic_auth and (major, minor) < (2, 5):
        raise Unavailable("basic-auth came with MLflow 2.5")
    if args.workspaces and (major, minor) < (3, 10):
        raise Unavailable("workspaces came with MLflow 3.10")
    python = args.python
    root = os.path.abspath(args.dir) if args.dir else tempfile.mkdtemp(prefix="mlflow-server-")
    os.makedirs(root, exist_ok=True)
    if not args.dir:
        os.chmod(root, 0o755)
    sock = None
    try:
        log = os.path.join(root, "server.log")
        backend = args.backend
        if backend == "sqlite":
            backend = "sqlite:///%s/mlflow.db" % root
        elif backend == "postgresql":
            backend, sock = postgres(root, os.path.join(root, "pg.log"))
        env = {k: v for k, v in os.environ.items() if not k.startswith("MLFLOW_") and k != "PYTHONDONTWRITEBYTECODE"}  # compiled once: half the start
        env.update(PYTHONUNBUFFERED="1", GIT_PYTHON_REFRESH="quiet", MLFLOW_DISABLE_TELEMETRY="true", MLFLOW_SERVER_ENABLE_JOB_EXECUTION="false")
        env["PATH"] = os.path.dirname(python) + os.pathsep + env.get("PATH", "")  # it starts gunicorn or uvicorn by name
        env.update(e.split("=", 1) for e in args.env)
        artifacts, mlflow = os.path.join(root, "artifacts"), os.path.join(os.path.dirname(python), "mlflow")
        port = args.port or free_port()
        cmd = [mlflow, "server", "--backend-store-uri", backend, "--host", "127.0.0.1", "--port", str(port), "--workers", str(args.workers)]
        cmd += ["--no-serve-artifacts", "--default-artifact-root", "file://" + artifacts] if args.no_serve_artifacts else ["--serve-artifacts", "--artifacts-destination", artifacts, "--default-artifact-root", "mlflow-artifacts:/"]
        if args.no_serve_artifacts and major == 1:
            cmd.remove("--no-serve-artifacts")
        about = {"version": args.version, "pid": os.getpid(), "dir": root, "backend": backend, "artifacts": artifacts}
        if args.prefix:
            cmd += ["--static-prefix", args.prefix]
        if args.workspaces:
            cmd.append("--enable-workspaces")
        if args.basic_auth:
            ini = os.path.join(root, "auth.ini")
            open(ini, "w").write("[mlflow]\ndefault_permission = READ\ndatabase_uri = sqlite:///%s/auth.db\nadmin_username = admin\nadmin_password = %s\nauth_cache_ttl_seconds = 600\nauthorization_function = mlflow.server.auth:authenticate_request_basic_auth\n" % (root, PASSWORD))
            env.update(MLFLOW_AUTH_CONFIG_PATH=ini, MLFLOW_FLASK_SERVER_SECRET_KEY="a key for tests only")
            cmd += ["--app-name", "basic-auth"]
            about.update(username="admin", password=PASSWORD)
        context = None
        if args.tls:
            ca, cert, key = certificates(root)
            cmd += ["--uvicorn-opts", "--ssl-certfile %s --ssl-keyfile %s" % (cert, key)] if (major, minor) >= (3, 3) else ["--gunicorn-opts", "--certfile %s --keyfile %s" % (cert, key)]
            about.update(ca=ca, cert=cert, key=key)
            context = ssl.create_default_context(cafile=ca)
        if args.upgrade and subprocess.run([mlflow, "db", "upgrade", backend], env=env, stdout=open(log, "ab"), stderr=subprocess.STDOUT).returncode:
            raise Unavailable("mlflow db upgrade failed:\n" + tail(log))
        child = spawn(cmd + args.arg, log, env=env, cwd=root)
        url = "%s://127.0.0.1:%d%s" % ("https" if args.tls else "http", port, args.prefix)
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=context))
        end = time.time() + args.timeout
        while True:
            try:
                base = url[:-len(args.prefix)] if args.prefix and major == 1 else url  # 1.x answers /health outside the prefix
                if opener.open(base + "/health", timeout=2).status == 200:
                    break
            except urllib.error.HTTPError as error:
                if error.code == 401:  # below a prefix
                    break
            except Exception:
                pass
            if child.poll() is not None or time.time() > end:
                say("MLflow %s %s:\n%s" % (args.version, "ended" if child.poll() is not None else "did not answer", tail(log)))
                return 1
            time.sleep(.1)
        about["url"] = url
        print(json.dumps(about), flush=True)
        while child.poll() is None:
            time.sleep(.2)
        say("MLflow %s ended:\n%s" % (args.version, tail(log)))
        return 1
    finally:
        for s in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(s, signal.SIG_IGN)
        stop_all()
        if sock:
            shutil.rmtree(sock, ignore_errors=True)
        if not args.dir:
            shutil.rmtree(root, ignore_errors=True)


def stop(*_):
    raise SystemExit(0)


with contextlib.suppress(Exception):
    ctypes.CDLL(None).prctl(1, signal.SIGTERM)  # Linux: the same when who started it dies


for s in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
    signal.signal(s, stop)
try:
    sys.exit(main())
except Unavailable as e:
    say(e)
    sys.exit(69)

"""The web server, here and in production; https://gunicorn.org/reference/settings/ explains each.

Synchronous workers: measured, threads halve what a worker answers (they share one interpreter).
Slow readers are the affair of the proxy in front.
"""

import os

wsgi_app = "config.wsgi"
bind = f"127.0.0.1:{os.environ.get('PORT', '8000')}"
workers = int(os.environ.get("WEB_CONCURRENCY") or min((os.cpu_count() or 1) + 1, 9))
worker_class = "sync"

# Loaded once and shared by the workers: they start at once and take less memory.
preload_app = True

# No page waits on a provider; what takes this long is stuck.
timeout = 30
graceful_timeout = 10

# A worker is renewed now and then, not all at the same moment.
max_requests = 20_000
max_requests_jitter = 5_000

# Off, because two installations of one user would share one socket in the home directory.
control_socket_disable = True

"""Exit 0 while the pages of this container answer, else 1 with the reason: the HEALTHCHECK of the Dockerfile."""

import os
import sys
import urllib.request

url = f"http://127.0.0.1:{os.environ.get('TIDINGS_WEB__PORT', '8000')}/health"
try:
    # No proxy of the environment: this is about the process beside us.
    urllib.request.build_opener(urllib.request.ProxyHandler({})).open(url, timeout=4).close()
except OSError as error:
    sys.exit(f"{url}: {error}")

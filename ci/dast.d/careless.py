"""A shop with every fault that ci/dast looks for; `ci/dast --prove` wants each found.

    careless.py PORT_FILE    writes its port to the file, and serves until it is ended
"""

import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote


class Careless(BaseHTTPRequestHandler):
    def answer(self):
        length = int(self.headers.get("Content-Length", 0))
        self.rfile.read(length)
        typed = unquote(self.path)
        page = f'<p>{typed}</p><input value="{typed.partition("to=")[2]}">'.encode()
        # A quote in its SQL, and a quantity of nothing, are too much for it.
        self.send_response(500 if "'" in typed or self.command == "PUT" else 200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Set-Cookie", "visit=1")
        self.send_header("Access-Control-Allow-Origin", "*")
        self.send_header("Content-Length", str(len(page)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(page)

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = answer

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Careless)
Path(sys.argv[1]).write_text(str(server.server_port))
server.serve_forever()

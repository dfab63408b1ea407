# An ordinary threaded Python server that knows nothing of pminit: answers with its pid, logs a line a request, ends on SIGTERM.
import http.server
import os
import signal
import socketserver
import sys


class Answer(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = str(os.getpid()).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments):
        print("served", flush=True)


class Server(socketserver.ThreadingMixIn, http.server.HTTPServer):
    daemon_threads = True
    request_queue_size = 511


signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
server = Server(("127.0.0.1", int(os.environ["PORT"])), Answer)
print("listening", flush=True)
server.serve_forever()

"""An identity provider that speaks as ProConnect does: real keys, signed tokens, proof keys; it can be made to lie."""

import base64
import hashlib
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
OTHER_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)


class Provider:
    """Who signs in, what the provider says of them, and how it may lie."""

    def __init__(self):
        self.person = {"sub": "agent-1", "email": "nour@exemple.fr", "given_name": "Nour", "usual_name": "B",
                       "siret": "13002526500013", "idp_id": "departement", "uid": "42"}  # fmt: skip
        self.claims, self.lies = {}, {}
        self.signing_key, self.algorithm, self.as_jwt = KEY, "RS256", True
        self.asked, self.codes = [], {}
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                outer.answer(self, parse_qs(urlsplit(self.path).query))

            def do_POST(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
                outer.answer(self, parse_qs(body))

            def log_message(self, *args):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def stop(self):
        self.server.shutdown()
        self.server.server_close()

    def answer(self, handler, given):
        path = urlsplit(handler.path).path
        self.asked.append(path)
        told = {name: values[0] for name, values in given.items()}
        if path == "/.well-known/openid-configuration":
            return self.send(handler, {name: f"{self.url}/{end}" for name, end in ENDPOINTS.items()} | {
                "issuer": self.url, "token_endpoint_auth_methods_supported": ["client_secret_post"]})  # fmt: skip
        if path == "/jwks":
            public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(KEY.public_key()))
            return self.send(handler, {"keys": [public | {"kid": "k1", "alg": "RS256", "use": "sig"}]})
        if path == "/token":
            return self.token(handler, told)
        if path == "/userinfo":
            return self.userinfo(handler)
        return self.send(handler, {}, status=404)

    def authorize(self, url):
        """What a browser does there: the person agrees, and comes back with a code."""
        told = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
        assert told["response_type"] == "code" and told["code_challenge_method"] == "S256"
        assert sorted(told["scope"].split()) == sorted(
            ["openid", "email", "given_name", "usual_name", "uid", "siret", "idp_id"]
        )
        code = f"code-{len(self.codes)}"
        self.codes[code] = told
        back = urlsplit(told["redirect_uri"])
        return f"{back.path}?{urlencode({'code': code, 'state': told['state']})}"

    def token(self, handler, told):
        asked = self.codes.pop(told.get("code"), None)
        proof = base64.urlsafe_b64encode(hashlib.sha256(told.get("code_verifier", "").encode()).digest())
        if not asked or proof.decode().rstrip("=") != asked["code_challenge"] or told["client_secret"] != "secret":
            return self.send(handler, {"error": "invalid_grant"}, status=400)
        claims = {"iss": self.url, "aud": "maillage", "sub": self.person["sub"], "exp": time.time() + 60,
                  "iat": time.time(), "nonce": asked.get("nonce")} | self.claims | self.lies  # fmt: skip
        return self.send(handler, {"access_token": "t", "token_type": "Bearer", "id_token": self.sign(claims)})

    def userinfo(self, handler):
        if not self.as_jwt:
            return self.send(handler, self.person)
        signed = self.sign(self.person | {"iss": self.url, "aud": "maillage"})
        return self.send(handler, signed, kind="application/jwt")

    def sign(self, claims):
        key = self.signing_key if self.algorithm == "RS256" else ("" if self.algorithm == "none" else "x" * 32)
        return jwt.encode(claims, key, algorithm=self.algorithm, headers={"kid": "k1"})

    @staticmethod
    def send(handler, told, *, status=200, kind="application/json"):
        body = (told if isinstance(told, str) else json.dumps(told)).encode()
        handler.send_response(status)
        handler.send_header("Content-Type", kind)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)


ENDPOINTS = {
    "authorization_endpoint": "authorize",
    "token_endpoint": "token",
    "userinfo_endpoint": "userinfo",
    "jwks_uri": "jwks",
    "end_session_endpoint": "end",
}

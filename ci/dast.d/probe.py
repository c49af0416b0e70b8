"""Abuse that no API document describes: headers, forged tokens, scripts in pages, files, what no proxy routes.

    probe.py SHOP_URL JUNIT.xml    prints each case; 1 if one fails
"""

import base64
import http.client
import json
import sys
from urllib.parse import urlsplit
from xml.etree import ElementTree

SCRIPT = "<script>alert(1)</script>"
shop = urlsplit(sys.argv[1])


def ask(method, path, body=None, **headers):
    """The answer as it is: no redirect is followed, no path is made shorter."""
    connection = http.client.HTTPConnection(shop.hostname, shop.port, timeout=20)
    headers = {name.replace("_", "-"): value for name, value in headers.items()}
    try:
        connection.request(method, path, body=body, headers=headers)
        answer = connection.getresponse()
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read().decode(errors="replace")
    finally:
        connection.close()


def token(header, claims):
    parts = [base64.urlsafe_b64encode(json.dumps(it).encode()).decode().rstrip("=") for it in (header, claims)]
    return "Bearer " + ".".join([*parts, base64.urlsafe_b64encode(b"0" * 64).decode().rstrip("=")])


def pages_forbid_everything_but_their_own():
    for page in ["/", "/search", "/sign-in", "/cart", "/no-such-page"]:
        _, headers, _ = ask("GET", page)
        policy = headers.get("content-security-policy", "")
        for wanted in ["default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'self'"]:
            assert wanted in policy, f"{page}: no {wanted} in its policy: {policy!r}"
        assert "unsafe" not in policy and "*" not in policy, f"{page}: {policy}"
        assert headers.get("x-content-type-options") == "nosniff", f"{page}: its type may be guessed"
        assert headers.get("referrer-policy") in ("same-origin", "no-referrer"), f"{page}: tells others where one was"
        assert "no-store" in headers.get("cache-control", ""), f"{page}: somebody else may get it from a cache"


def cookies_are_out_of_reach():
    _, headers, _ = ask("GET", "/")
    cookie = headers.get("set-cookie", "")
    assert "HttpOnly" in cookie and "SameSite=Lax" in cookie, f"the visitor's cookie: {cookie.split(';', 1)[1:]}"


def answers_do_not_tell_what_serves_them():
    for path in ["/", "/api/catalog/products?limit=1", "/api/nothing"]:
        _, headers, _ = ask("GET", path)
        told = {"server", "x-powered-by", "x-aspnet-version", "via"} & set(headers)
        assert not told, f"{path}: {told}"


def other_sites_may_not_read():
    for path in ["/api/catalog/products?limit=1", "/api/auth/me", "/"]:
        _, headers, _ = ask("GET", path, Origin="https://evil.example")
        assert "access-control-allow-origin" not in headers, f"{path}: {headers['access-control-allow-origin']}"


def what_is_internal_is_not_routed():
    for path in ["/internal/revocations", "/internal/products?ids=", "/metrics", "/health/ready", "/audit", "//internal/revocations", "/api/../internal/revocations", "/api/%2e%2e/internal/revocations"]:
        status, _, _ = ask("GET", path)
        assert status in (400, 404), f"{path}: {status}"


def forged_tokens_are_refused():
    claims = {"sub": "018f0000-0000-7000-8000-000000000000", "iss": "comptoir", "aud": "comptoir", "exp": 4102444800, "roles": ["staff"]}
    forged = [token({"alg": it, "typ": "JWT", "kid": "1"}, claims) for it in ("none", "None", "HS256", "EdDSA", "RS256")]
    forged += [token({"alg": "none"}, claims).rsplit(".", 1)[0] + ".", "Bearer ", "Bearer a.b.c", "Basic YWRtaW46YWRtaW4="]
    for it in forged:
        for path in ["/api/auth/me", "/api/orders", "/api/orders/admin", "/api/payments/methods"]:
            status, _, _ = ask("GET", path, Authorization=it)
            assert status == 401, f"{path} with {it[:40]}: {status}"


def nobody_is_asked_who_they_are_in_vain():
    for path in ["/api/auth/me", "/api/orders", "/api/orders/admin", "/api/payments/methods", "/api/catalog/admin/products", "/api/catalog/admin/summary"]:
        status, headers, _ = ask("GET", path)
        assert status == 401 and "www-authenticate" in headers, f"{path}: {status}"


def what_people_type_is_text():
    for path in [f"/search?q={'%3Cscript%3Ealert(1)%3C/script%3E'}", "/products/%3Cscript%3Ealert(1)%3C%2Fscript%3E", "/sign-in?to=%22%3E%3Cscript%3Ealert(1)%3C/script%3E"]:
        _, _, page = ask("GET", path)
        assert SCRIPT not in page, f"{path}: is a script in the page"


def nobody_is_sent_elsewhere():
    for to in ["//evil.example", "https://evil.example", "/\\evil.example"]:
        _, headers, page = ask("GET", f"/sign-in?to={to}")
        assert 'value="' + to + '"' not in page, f"the form would lead to {to}"
        assert "evil.example" not in headers.get("location", ""), headers["location"]
    _, headers, page = ask("GET", "/cart", Host="evil.example")
    assert "evil.example" not in page + headers.get("location", ""), "believes the header Host"


def files_stay_where_they_are():
    for path in ["/assets/../../../../etc/passwd", "/assets/..%2f..%2f..%2fetc%2fpasswd", "/api/catalog/images/..%2f..%2fetc%2fpasswd.svg", "/.git/config", "/.env", "/Cargo.toml"]:
        status, _, page = ask("GET", path)
        assert status in (400, 404) and "root:" not in page, f"{path}: {status}"


def sql_is_text():
    for value in ["'", "%27%20or%201=1--", "%27;select%20pg_sleep(5)--", "%00", "%25%25%25"]:
        for path in ["/api/catalog/products?q=", "/api/catalog/products?category=", "/api/catalog/products?cursor=", "/api/catalog/products/", "/search?q="]:
            status, _, page = ask("GET", path + value)
            assert status < 500, f"{path}{value}: {status}"
            assert "syntax error" not in page and "sqlx" not in page, f"{path}{value}: tells of the database"


def bodies_have_an_end():
    body = json.dumps({"email": "a@example.com", "password": "a" * 3_000_000})
    status, _, _ = ask("POST", "/api/auth/login", body, Content_Type="application/json")
    assert status in (400, 413, 422), f"three megabytes: {status}"
    deep = "[" * 20_000 + "]" * 20_000
    status, _, _ = ask("POST", "/api/auth/login", deep, Content_Type="application/json")
    assert status in (400, 413, 422), f"twenty thousand brackets: {status}"


def forms_need_their_proof():
    for path in ["/sign-in", "/cart", "/language"]:
        status, headers, _ = ask("POST", path, "email=a&password=b&lang=fr&to=/", Content_Type="application/x-www-form-urlencoded", Origin="https://evil.example")
        assert 400 <= status < 500, f"{path}: {status} to {headers.get('location')}"


def problems_are_problems():
    for path in ["/api/nothing", "/api/orders/none", "/api/auth/me", "/api/catalog/products?limit=-1", "/api/catalog/products/none"]:
        status, headers, body = ask("GET", path)
        assert headers.get("content-type") == "application/problem+json", f"{path}: {status} {headers.get('content-type')}"
        assert json.loads(body)["status"] == status, path


CASES = [it for name, it in list(globals().items()) if callable(it) and "_" in name and it.__module__ == "__main__"]
suite = ElementTree.Element("testsuite", name="probe", tests=str(len(CASES)))
failed = 0
for case in CASES:
    row = ElementTree.SubElement(suite, "testcase", classname="probe", name=case.__name__)
    try:
        case()
        print(f"ok      {case.__name__.replace('_', ' ')}")
    except (AssertionError, OSError, http.client.HTTPException, ValueError, KeyError) as why:
        failed += 1
        ElementTree.SubElement(row, "failure", message=str(why))
        print(f"FAILED  {case.__name__.replace('_', ' ')}: {why!r}")
suite.set("failures", str(failed))
ElementTree.ElementTree(suite).write(sys.argv[2], encoding="utf-8", xml_declaration=True)
sys.exit(1 if failed else 0)

"""Requests by name, and what they are answered: those that have two readings, are broken or too
large, after which the connection is closed, and those that are wrong in a way that keeps it.
"""

from support.wire import chunked

EVENT = b'{"output":1}'
HOST = b"Host: localhost\r\n"


def request(headers, body=b"", line=b"POST /v1/predictions HTTP/1.1", host=HOST):
    return line + b"\r\n" + host + headers + b"\r\n" + body


CHUNKED = chunked(EVENT)
LENGTH = b"Content-Length: %d\r\n" % len(EVENT)
CODING = b"Transfer-Encoding: chunked\r\n"

# What two readers see as different requests, and the status of its refusal.
SMUGGLING = {
    "both lengths, Content-Length first": (400, request(LENGTH + CODING, CHUNKED)),
    "both lengths, Transfer-Encoding first": (400, request(CODING + LENGTH, CHUNKED)),
    "both lengths, the body for Content-Length": (400, request(CODING + LENGTH, EVENT)),
    "Content-Length 0 beside chunked": (400, request(b"Content-Length: 0\r\n" + CODING, CHUNKED)),
    "Content-Length twice, alike": (400, request(LENGTH + LENGTH, EVENT)),
    "Content-Length twice, different": (400, request(LENGTH + b"Content-Length: 0\r\n", EVENT)),
    "Content-Length listed, alike": (400, request(b"Content-Length: 12, 12\r\n", EVENT)),
    "Content-Length listed, different": (400, request(b"Content-Length: 12,0\r\n", EVENT)),
    "Content-Length with plus": (400, request(b"Content-Length: +12\r\n", EVENT)),
    "Content-Length with minus": (400, request(b"Content-Length: -12\r\n", EVENT)),
    "Content-Length in hexadecimal": (400, request(b"Content-Length: 0xc\r\n", EVENT)),
    "Content-Length with letters": (400, request(b"Content-Length: 12a\r\n", EVENT)),
    "Content-Length with a point": (400, request(b"Content-Length: 12.0\r\n", EVENT)),
    "Content-Length with a space": (400, request(b"Content-Length: 1 2\r\n", EVENT)),
    "Content-Length empty": (400, request(b"Content-Length: \r\n", EVENT)),
    "Content-Length 2^64": (400, request(b"Content-Length: 18446744073709551616\r\n", EVENT)),
    "Content-Length 2^64+12": (400, request(b"Content-Length: 18446744073709551628\r\n", EVENT)),
    "coding gzip": (501, request(b"Transfer-Encoding: gzip\r\n", EVENT)),
    "coding identity": (501, request(b"Transfer-Encoding: identity\r\n", EVENT)),
    "coding xchunked": (501, request(b"Transfer-Encoding: xchunked\r\n", CHUNKED)),
    "coding chunkedx": (501, request(b"Transfer-Encoding: chunkedx\r\n", CHUNKED)),
    "coding in quotes": (501, request(b'Transfer-Encoding: "chunked"\r\n', CHUNKED)),
    "coding with a vertical tab": (400, request(b"Transfer-Encoding: \x0bchunked\r\n", CHUNKED)),
    "coding with a parameter": (501, request(b"Transfer-Encoding: chunked;a=b\r\n", CHUNKED)),
    "coding empty": (400, request(b"Transfer-Encoding: \r\n", CHUNKED)),
    "codings chunked, gzip": (501, request(b"Transfer-Encoding: chunked, gzip\r\n", CHUNKED)),
    "codings gzip, chunked": (501, request(b"Transfer-Encoding: gzip, chunked\r\n", CHUNKED)),
    "codings chunked, chunked": (400, request(b"Transfer-Encoding: chunked, chunked\r\n",
                                              CHUNKED)),
    "codings chunked, identity": (501, request(b"Transfer-Encoding: chunked, identity\r\n",
                                               CHUNKED)),
    "coding twice": (400, request(CODING + CODING, CHUNKED)),
    "coding twice, different": (400, request(CODING + b"Transfer-Encoding: gzip\r\n", CHUNKED)),
    "coding folded": (400, request(b"Transfer-Encoding:\r\n chunked\r\n", CHUNKED)),
    "coding in HTTP/1.0": (400, request(CODING, CHUNKED,
                                        line=b"POST /v1/predictions HTTP/1.0")),
    "space before the colon of Transfer-Encoding":
        (400, request(LENGTH + b"Transfer-Encoding : chunked\r\n", CHUNKED)),
    "space before the colon of Content-Length": (400, request(b"Content-Length : 12\r\n", EVENT)),
    "folded Content-Length": (400, request(b"Content-Length:\r\n 12\r\n", EVENT)),
    "Content-Length in quotes": (400, request(b'Content-Length: "12"\r\n', EVENT)),
    "Content-Length with an exponent": (400, request(b"Content-Length: 12e0\r\n", EVENT)),
    "Content-Length minus 0": (400, request(b"Content-Length: -0\r\n", EVENT)),
    "Content-Length listed, empty end": (400, request(b"Content-Length: 12,\r\n", EVENT)),
    "Content-Length in HTTP/1.0, twice": (400, request(
        LENGTH + b"Content-Length: 0\r\n", EVENT, line=b"POST /v1/predictions HTTP/1.0")),
    "coding gzip beside Content-Length": (400, request(
        b"Transfer-Encoding: gzip\r\n" + LENGTH, EVENT)),
    "coding identity beside Content-Length": (400, request(
        LENGTH + b"Transfer-Encoding: identity\r\n", EVENT)),
    "coding gzip in HTTP/1.0": (400, request(b"Transfer-Encoding: gzip\r\n", EVENT,
                                             line=b"POST /v1/predictions HTTP/1.0")),
    "coding twice, gzip first": (400, request(b"Transfer-Encoding: gzip\r\n" + CODING, CHUNKED)),
    "codings chunked and nothing": (400, request(b"Transfer-Encoding: chunked,\r\n", CHUNKED)),
    "codings nothing and chunked": (400, request(b"Transfer-Encoding: , chunked\r\n", CHUNKED)),
    "coding with a form feed": (400, request(b"Transfer-Encoding: chunked\x0c\r\n", CHUNKED)),
    "a tab before the colon of Transfer-Encoding":
        (400, request(LENGTH + b"Transfer-Encoding\t: chunked\r\n", CHUNKED)),
    "coding behind a folded field": (400, request(b"X: y\r\n Transfer-Encoding: chunked\r\n"
                                                  + LENGTH, EVENT)),
    "lengths behind a bare LF": (400, request(b"X: y\n" + LENGTH, EVENT)),
    "lengths behind a bare CR": (400, request(b"X: y\r" + LENGTH, EVENT)),
    "lengths behind a NUL": (400, request(b"X: y\0\r\n" + LENGTH, EVENT)),
}

# Lines, hosts and chunks that are broken.
BROKEN = {
    "no Host": request(LENGTH, EVENT, host=b""),
    "two Hosts": request(HOST + LENGTH, EVENT),
    "two Hosts, different": request(b"Host: other\r\n" + LENGTH, EVENT),
    "an empty Host": request(LENGTH, EVENT, host=b"Host: \r\n"),
    "a Host with a space": request(LENGTH, EVENT, host=b"Host: a b\r\n"),
    "a Host with a path": request(LENGTH, EVENT, host=b"Host: a/b\r\n"),
    "a Host with user": request(LENGTH, EVENT, host=b"Host: a@b\r\n"),
    "a Host with a bad port": request(LENGTH, EVENT, host=b"Host: a:b\r\n"),
    "a Host list": request(LENGTH, EVENT, host=b"Host: a, b\r\n"),
    "bare LF everywhere": request(LENGTH, EVENT).replace(b"\r\n", b"\n"),
    "a bare LF after the request line": b"POST /v1/predictions HTTP/1.1\n" + HOST + LENGTH
                                        + b"\r\n" + EVENT,
    "a bare LF at the end": b"POST /v1/predictions HTTP/1.1\r\n" + HOST + LENGTH + b"\n" + EVENT,
    "a bare CR in a value": request(b"X: a\rb\r\n" + LENGTH, EVENT),
    "bare CRs as line ends": b"GET /livez HTTP/1.1\rHost: localhost\r\r",
    "an empty line first": b"\r\n" + request(LENGTH, EVENT),
    "a field without a colon": request(b"nonsense\r\n" + LENGTH, EVENT),
    "a field without a name": request(b": x\r\n" + LENGTH, EVENT),
    "a field name with a space": request(b"X Y: x\r\n" + LENGTH, EVENT),
    "a space before a field": request(b" X: x\r\n" + LENGTH, EVENT),
    "a control character in a value": request(b"X: a\x01b\r\n" + LENGTH, EVENT),
    "no version": request(LENGTH, EVENT, line=b"POST /v1/predictions"),
    "a version of another protocol": request(LENGTH, EVENT, line=b"POST / ICY/1.1"),
    "two spaces in the request line": request(LENGTH, EVENT, line=b"POST  / HTTP/1.1"),
    "a tab in the request line": request(LENGTH, EVENT, line=b"POST\t/\tHTTP/1.1"),
    "a space behind the version": request(LENGTH, EVENT, line=b"POST / HTTP/1.1 "),
    "TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"x" * 200,
    "chunk size -1": request(CODING, b"-1\r\n" + EVENT + b"\r\n0\r\n\r\n"),
    "chunk size 0x3": request(CODING, b"0x3\r\n123\r\n0\r\n\r\n"),
    "chunk size +c": request(CODING, b"+c\r\n" + EVENT + b"\r\n0\r\n\r\n"),
    "chunk size 2^64": request(CODING, b"10000000000000000\r\n" + EVENT),
    "chunk size 2^64+12": request(CODING, b"1000000000000000c\r\n" + EVENT + b"\r\n0\r\n\r\n"),
    "chunk size empty": request(CODING, b"\r\n" + EVENT + b"\r\n0\r\n\r\n"),
    "chunk size with a letter": request(CODING, b"g\r\n" + EVENT + b"\r\n0\r\n\r\n"),
    "chunk size with a space before": request(CODING, b" c\r\n" + EVENT + b"\r\n0\r\n\r\n"),
    "chunk size ends in a bare LF": request(CODING, b"c\n" + EVENT + b"\r\n0\r\n\r\n"),
    "chunk ends in a bare LF": request(CODING, b"c\r\n" + EVENT + b"\n0\r\n\r\n"),
    "chunk longer than its size": request(CODING, b"b\r\n" + EVENT + b"\r\n0\r\n\r\n"),
    "chunk extension with a control character":
        request(CODING, b"c;a=\x01\r\n" + EVENT + b"\r\n0\r\n\r\n"),
    "the last chunk ends in a bare LF": request(CODING, b"c\r\n" + EVENT + b"\r\n0\n\n"),
    "a trailer without a colon": request(CODING, b"c\r\n" + EVENT + b"\r\n0\r\nnonsense\r\n\r\n"),
    "a trailer that is a length":
        request(CODING, b"c\r\n" + EVENT + b"\r\n0\r\nContent-Length: 5\r\n\r\n"),
    "a trailer that is folded": request(CODING, b"c\r\n" + EVENT + b"\r\n0\r\nA: b\r\n c\r\n\r\n"),
}

FIELDS = b"".join(b"X%d: y\r\n" % i for i in range(97))
GET = b"GET /livez HTTP/1.1"

# What is too large, and the status that names the part.
FLOODS = {
    "101 fields": (431, request(FIELDS + b"A: b\r\nB: c\r\nC: d\r\n", line=GET)),
    "a field of over 8 KiB": (431, request(b"X: " + b"y" * 8192 + b"\r\n", line=GET)),
    "many fields of over 8 KiB": (431, request(
        b"".join(b"X%d: %s\r\n" % (i, b"y" * 200) for i in range(50)), line=GET)),
    "an endless field": (431, GET + b"\r\n" + HOST + b"X: " + b"y" * 100_000),
    "an endless field name": (431, GET + b"\r\n" + HOST + b"X" * 100_000),
    "a target of 64 KiB": (414, request(b"", line=b"GET /" + b"x" * 65536 + b" HTTP/1.1")),
    "a query of 64 KiB": (414, request(b"", line=b"GET /?" + b"x" * 65536 + b" HTTP/1.1")),
    "an endless target": (414, b"GET /" + b"x" * 65536),
    "a method of 10,000 letters": (400, request(b"", line=b"G" * 10_000 + b" / HTTP/1.1")),
    "a method of 33 letters": (400, request(b"", line=b"G" * 33 + b" / HTTP/1.1")),
    "an endless method": (400, b"G" * 20_000),
}
MOST_FIELDS = request(FIELDS + b"A: b\r\nB: c\r\n", line=GET)

BODY_LIMIT = 4096
HUGE = b"Content-Length: 18446744073709551615\r\n"
EXPECT = b"Expect: 100-continue\r\n"
PIECE = b"400\r\n" + b"[" * 1024 + b"\r\n"

# Bodies of more than BODY_LIMIT bytes: 413, before they are read.
BODIES = {
    "a huge Content-Length": request(HUGE),
    "a huge Content-Length that asks first": request(EXPECT + HUGE),
    "a byte over the limit": request(b"Content-Length: 4097\r\n"),
    "a byte over the limit that asks first": request(EXPECT + b"Content-Length: 4097\r\n"),
    "endless chunks": request(CODING, PIECE * 11),
    "a huge chunk": request(CODING, b"fffffffff\r\n"),
    "the largest chunk": request(CODING, b"ffffffffffffffff\r\n"),
}

# Lines, codings and expectations that end the connection.
REFUSED = {
    "HTTP/2.0": (505, request(b"", line=b"GET /livez HTTP/2.0")),
    "HTTP/1.2": (505, request(b"", line=b"GET /livez HTTP/1.2")),
    "HTTP/0.9": (505, request(b"", line=b"GET /livez HTTP/0.9")),
    "HTTP/11.1": (400, request(b"", line=b"GET /livez HTTP/11.1")),
    "HTTP/1.10": (400, request(b"", line=b"GET /livez HTTP/1.10")),
    "http/1.1": (400, request(b"", line=b"GET /livez http/1.1")),
    "the preface of HTTP/2": (505, b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
    "an encoded NUL in the path": (400, request(b"", line=b"GET /metrics%00 HTTP/1.1")),
    "an encoded NUL in the query": (400, request(b"", line=b"GET /metrics?a=%00 HTTP/1.1")),
    "a raw control character in the path": (400, request(b"", line=b"GET /\x01 HTTP/1.1")),
    "a delete in the path": (400, request(b"", line=b"GET /\x7f HTTP/1.1")),
    "UTF-8 in the path": (400, request(b"", line=b"GET /\xc3\xa9 HTTP/1.1")),
    "a fragment": (400, request(b"", line=b"GET /metrics#x HTTP/1.1")),
    "absolute form": (400, request(b"", line=b"GET http://localhost/metrics HTTP/1.1")),
    "a path without a slash": (400, request(b"", line=b"GET metrics HTTP/1.1")),
    "a backslash for a slash": (400, request(b"", line=b"GET \\metrics HTTP/1.1")),
    "OPTIONS of the server": (400, request(b"", line=b"OPTIONS * HTTP/1.1")),
    "CONNECT": (400, request(b"", line=b"CONNECT localhost:80 HTTP/1.1")),
    "no method": (400, request(b"", line=b"/livez HTTP/1.1")),
    "a space before the method": (400, request(b"", line=b" GET /livez HTTP/1.1")),
    "a method with a bracket": (400, request(b"", line=b"G(T /livez HTTP/1.1")),
    "a method of two words": (400, request(b"", line=b"GET GET /livez HTTP/1.1")),
    "another expectation": (417, request(b"Expect: 200-ok\r\n" + LENGTH, EVENT)),
    "two expectations": (417, request(EXPECT + EXPECT + LENGTH, EVENT)),
    "a list of expectations": (417, request(b"Expect: 100-continue, x\r\n" + LENGTH, EVENT)),
    "content in brotli": (415, request(b"Content-Encoding: br\r\n" + LENGTH, EVENT)),
    "content in gzip twice": (415, request(b"Content-Encoding: gzip, gzip\r\n" + LENGTH, EVENT)),
    "two content encodings": (415, request(
        b"Content-Encoding: gzip\r\nContent-Encoding: identity\r\n" + LENGTH, EVENT)),
}

# Request lines that are read without doubt and answered with 404 or 405: the connection goes on.
# By name: status, Allow, line.
KEPT = {
    "GET where POST goes": (405, "POST", b"GET /v1/predictions"),
    "HEAD where POST goes": (405, "POST", b"HEAD /v1/predictions"),
    "PUT where POST goes": (405, "POST", b"PUT /v1/predictions"),
    "OPTIONS where POST goes": (405, "POST", b"OPTIONS /v1/predictions"),
    "TRACE where POST goes": (405, "POST", b"TRACE /v1/predictions"),
    "GET of a reload": (405, "POST", b"GET /-/reload"),
    "POST where GET goes": (405, "GET, HEAD", b"POST /metrics"),
    "DELETE where GET goes": (405, "GET, HEAD", b"DELETE /metrics"),
    "TRACE where GET goes": (405, "GET, HEAD", b"TRACE /metrics"),
    "PATCH where GET goes": (405, "GET, HEAD", b"PATCH /metrics"),
    "a method that nobody knows": (405, "GET, HEAD", b"BREW /livez"),
    "a method of 32 letters": (405, "GET, HEAD", b"G" * 32 + b" /livez"),
    "a method in small letters": (405, "GET, HEAD", b"get /livez"),
    "an unknown path": (404, None, b"GET /nothing"),
    "HEAD of an unknown path": (404, None, b"HEAD /nothing"),
    "a slash at the end": (404, None, b"GET /metrics/"),
    "a slash at the end of POST": (404, None, b"POST /v1/predictions/"),
    "two slashes": (404, None, b"GET //metrics"),
    "two slashes and a host": (404, None, b"GET //localhost/metrics"),
    "two points": (404, None, b"GET /../metrics"),
    "two points encoded": (404, None, b"GET /%2e%2e/metrics"),
    "two points within": (404, None, b"GET /v1/../metrics"),
    "a point": (404, None, b"GET /./metrics"),
    "an encoded slash": (404, None, b"GET /v1%2fstatus"),
    "an encoded letter": (404, None, b"GET /%6detrics"),
    "a bad percent sign": (404, None, b"GET /metrics%"),
    "a semicolon": (404, None, b"GET /metrics;a=b"),
    "capital letters": (404, None, b"GET /METRICS"),
    "a path in the query": (404, None, b"GET /v1?x=/metrics"),
    "a path in the query of another": (404, None, b"GET /x?x=/metrics"),
}

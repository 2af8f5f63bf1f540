"""JSON documents by name: what no reader may take, and what every reader must.

REJECTED and ACCEPTED are values, which stand in an event as its `request_body`; REJECTED_BODIES are
whole bodies. Bytes where the document is no text.
"""

_WHITESPACE = {"form feed": "\f", "vertical tab": "\v", "no-break space": "\u00a0",
               "line separator": "\u2028", "byte order mark": "\ufeff", "word joiner": "\u2060",
               "next line": "\u0085", "backspace": "\b", "delete": "\x7f"}

REJECTED = {
    # ---- Arrays ----
    "array: a comma alone": "[,]", "array: two commas": "[1,,2]", "array: a comma first": "[,1]",
    "array: a comma last": "[1,]", "array: two commas last": "[1,,]", "array: no comma": "[1 2]",
    "array: no comma between texts": '["a" "b"]', "array: no comma between arrays": "[[1][2]]",
    "array: a colon": "[1:2]", "array: a semicolon": "[1;2]", "array: a key": '["a":1]',
    "array: open": "[1", "array: open behind a comma": "[1,", "array: open and empty": "[",
    "array: open within another": "[[1]", "array: closed twice": "[1]]", "array: closed only": "]",
    "array: closed as an object": "[1}", "array: opened as an object": "{1]",
    "array: closed within a text": '["a]', "array: an ellipsis": "[1,...]", "array: a star": "[*]",
    "array: a hole": "[1,,,2]", "array: closed before its object": '[{"a":1]}',
    "array: a newline within a number": "[1\n2]", "array: a word": "[a]",
    "array: an inner word": "[a,1]", "array: a minus": "[-]", "array: a point": "[.]",
    "array: parentheses": "(1)", "array: angles": "<null>", "array: an entity": "[&quot;a&quot;]",
    # ---- Objects ----
    "object: no colon": '{"a"}', "object: no value": '{"a":}', "object: a comma for a colon":
    '{"a",1}', "object: two colons": '{"a"::1}', "object: an equals sign": '{"a"=1}',
    "object: an arrow": '{"a"=>1}', "object: a comma alone": "{,}", "object: a comma first":
    '{,"a":1}', "object: a comma last": '{"a":1,}', "object: two commas": '{"a":1,,"b":2}',
    "object: no comma": '{"a":1 "b":2}', "object: a semicolon": '{"a":1;"b":2}',
    "object: a key without quotes": "{a:1}", "object: a key in single quotes": "{'a':1}",
    "object: a key that is a number": "{1:1}", "object: a key that is null": "{null:1}",
    "object: a key that is true": "{true:1}", "object: a key that is an array": "{[1]:1}",
    "object: a key that is an object": "{{}:1}", "object: a key alone behind a comma":
    '{"a":1,"b"}', "object: a value alone": '{"a":1,2}', "object: open": '{"a":1',
    "object: open behind a comma": '{"a":1,', "object: open behind a colon": '{"a":',
    "object: open behind a key": '{"a"', "object: open and empty": "{", "object: closed only": "}",
    "object: closed twice": '{"a":1}}', "object: closed as an array": '{"a":1]',
    "object: two values": '{"a":1 2}', "object: a comment behind a value": '{"a":1/*x*/}',
    "object: a key with a bad escape": '{"\\x":1}', "object: a key with a raw newline":
    '{"a\nb":1}', "object: a key that does not end": '{"a:1}', "object: a colon in an array":
    '{"a":[1:2]}', "object: an entity for quotes": "{&quot;a&quot;:1}",
    "object: a backtick key": "{`a`:1}", "object: parentheses": '("a":1)',
    # ---- Numbers ----
    "number: a plus": "+1", "number: two minuses": "--1", "number: minus and plus": "-+1",
    "number: a minus alone": "-", "number: a minus and a space": "- 1", "number: a leading zero":
    "01", "number: a negative leading zero": "-01", "number: two zeros": "00",
    "number: a leading zero and a point": "00.5", "number: no digit before the point": ".5",
    "number: no digit behind the point": "1.", "number: a point alone": ".",
    "number: a minus and a point": "-.5", "number: no digit on both sides": "-.",
    "number: two points": "1.2.3", "number: two points together": "1..2",
    "number: no digit behind the point, an exponent": "1.e5", "number: an exponent alone": "e5",
    "number: no digit in the exponent": "1e", "number: a plus in the exponent alone": "1e+",
    "number: a minus in the exponent alone": "1e-", "number: two exponents": "1e5e5",
    "number: two signs in the exponent": "1e+-5", "number: a point in the exponent": "1e5.5",
    "number: a zero with an empty exponent": "0e", "number: a capital empty exponent": "0E+",
    "number: hexadecimal": "0x1F", "number: hexadecimal in capitals": "0X1F", "number: octal":
    "0o17", "number: binary": "0b11", "number: an underscore": "1_000", "number: a comma":
    "1,000", "number: a space within": "1 000", "number: a letter behind": "1a",
    "number: a letter within": "1a2", "number: a suffix": "1L", "number: a suffix f": "1.5f",
    "number: a percent sign": "50%", "number: a fraction": "1/2", "number: a sum": "1+2",
    "number: a degree": "1°", "number: Infinity": "Infinity", "number: minus Infinity":
    "-Infinity", "number: plus Infinity": "+Infinity", "number: inf": "inf", "number: NaN": "NaN",
    "number: nan": "nan", "number: minus NaN": "-NaN", "number: infinity sign": "∞",
    "number: wide digits": "１", "number: Arabic digits": "١", "number: an exponent sign apart":
    "1 e5", "number: a sign apart in the exponent": "1e 5", "number: a NUL behind": "1\0",
    "number: a quote behind": '1"', "number: a control character behind": "1\x01",
    "number: a bracket within": "1[2]", "number: an exclamation mark": "1!",
    # ---- Words ----
    "word: nothing": "", "word: True": "True", "word: TRUE": "TRUE", "word: tru": "tru",
    "word: truee": "truee", "word: false with a space": "fal se", "word: False": "False",
    "word: nul": "nul", "word: nulll": "nulll", "word: NULL": "NULL", "word: None": "None",
    "word: nil": "nil", "word: undefined": "undefined", "word: yes": "yes", "word: a letter": "a",
    "word: two words": "true false", "word: a word and a number": "true1", "word: true.": "true.",
    "word: in wide letters": "ｔｒｕｅ", "word: a minus before": "-true", "word: an escape":
    "\\u0074rue", "word: a NUL within": "tr\0ue", "word: a function": "f()", "word: new":
    "new Date(0)", "word: a regular expression": "/a/", "word: a template": "${a}",
    # ---- Texts ----
    "text: in single quotes": "'a'", "text: in backticks": "`a`", "text: without quotes": "abc",
    "text: in curly quotes": "“a”", "text: open": '"a', "text: a quote alone": '"',
    "text: an escaped quote at the end": '"a\\"', "text: a backslash at the end": '"a\\',
    "text: a second one behind": '"a""b"', "text: joined": '"a"+"b"', "text: a raw newline":
    '"a\nb"', "text: a raw tab": '"a\tb"', "text: a raw carriage return": '"a\rb"',
    "text: a raw NUL": '"a\0b"', "text: a raw escape": '"a\x1bb"', "text: a raw unit separator":
    '"\x1f"', "text: an escape x": '"\\x41"', "text: an escape a": '"\\a"', "text: an escape 0":
    '"\\0"', "text: an escape v": '"\\v"', "text: an escape of a single quote": '"\\\'"',
    "text: an escape of a space": '"\\ "', "text: an escape of a newline": '"\\\n"',
    "text: an escape U": '"\\U0041"', "text: an escape of a letter beyond ASCII": '"\\é"',
    "text: no digit in an escape": '"\\u"', "text: one digit in an escape": '"\\u4"',
    "text: three digits in an escape": '"\\u004"', "text: a letter in an escape": '"\\u00g1"',
    "text: a minus in an escape": '"\\u-041"', "text: a space in an escape": '"\\u 041"',
    "text: braces in an escape": '"\\u{41}"', "text: a high surrogate alone": '"\\ud83d"',
    "text: a low surrogate alone": '"\\ude00"', "text: a high surrogate and a letter":
    '"\\ud83da"', "text: a high surrogate and another escape": '"\\ud83d\\n"',
    "text: two high surrogates": '"\\ud83d\\ud83d"', "text: surrogates in the wrong order":
    '"\\ude00\\ud83d"', "text: half an escape behind a high surrogate": '"\\ud83d\\u00"',
    "text: half a surrogate pair and the end": '"\\ud83d\\u',
    # ---- Bytes ----
    "bytes: a lone continuation byte": b'"\x80"', "bytes: FF": b'"\xff"', "bytes: FE": b'"\xfe"',
    "bytes: two bytes cut short": b'"\xc3"', "bytes: three bytes cut short": b'"\xe2\x82"',
    "bytes: four bytes cut short": b'"\xf0\x9f\x98"', "bytes: overlong slash": b'"\xc0\xaf"',
    "bytes: overlong NUL": b'"\xc0\x80"', "bytes: overlong in three": b'"\xe0\x80\xaf"',
    "bytes: overlong in four": b'"\xf0\x80\x80\xaf"', "bytes: a surrogate": b'"\xed\xa0\xbd"',
    "bytes: a surrogate pair": b'"\xed\xa0\xbd\xed\xb8\x80"', "bytes: beyond Unicode":
    b'"\xf4\x90\x80\x80"', "bytes: five bytes": b'"\xf8\x88\x80\x80\x80"', "bytes: Latin-1":
    b'"caf\xe9"', "bytes: a bad byte in a key": b'{"\xff":1}', "bytes: a bad byte in a number":
    b"1\xff", "bytes: a bad byte outside": b"\xff", "bytes: a cut character before the quote":
    b'"a\xe2"',
    # ---- Comments ----
    "comment: of lines": "1//x", "comment: of a block": "1/*x*/", "comment: before": "/*x*/1",
    "comment: a hash": "1#x", "comment: open": "1/*", "comment: of SQL": "1--x",
    "comment: of XML": "<!-- -->1",
    # ---- Whitespace that is none ----
    **{f"whitespace: {name} before": f"{c}1" for name, c in _WHITESPACE.items()},
    **{f"whitespace: {name} in an array": f"[1,{c}2]" for name, c in _WHITESPACE.items()},
}

REJECTED_BODIES = {
    "body: empty": "", "body: a space": " ", "body: a NUL": "\0", "body: newlines": "\n\n",
    "body: a byte order mark": '\ufeff{"output":1}', "body: UTF-16":
    '{"output":1}'.encode("utf-16"), "body: UTF-16 without a mark":
    '{"output":1}'.encode("utf-16-le"), "body: UTF-32": '{"output":1}'.encode("utf-32"),
    "body: two documents": '{"output":1}{"output":2}', "body: two documents and a space":
    '{"output":1} {"output":2}', "body: a comma behind": '{"output":1},', "body: a bracket behind":
    '{"output":1}]', "body: a brace behind": '{"output":1}}', "body: a word behind":
    '{"output":1}x', "body: a NUL behind": '{"output":1}\0', "body: a hash behind":
    '{"output":1}#', "body: a comment behind": '{"output":1}//', "body: cut short": '{"output":',
    "body: cut in a key": '{"outp', "body: a key alone": '{"output"}', "body: a quote":
    '"', "body: XML": "<a/>", "body: YAML": "output: 1", "body: a form": "output=1",
    "body: a padded call": 'f({"output":1})', "body: a prefix": ')]}\'\n{"output":1}',
    "body: a record separator": '\x1e{"output":1}', "body: gzip that is not said":
    b"\x1f\x8b\x08\0\0\0\0\0", "body: a colon": ":", "body: a comma": ",",
}

ACCEPTED = {
    "array: empty": "[]", "array: of one": "[1]", "array: of each kind":
    '[1,"a",true,false,null,{},[]]', "array: of arrays": "[[],[[]],[[[]]]]", "array: of nulls":
    "[null,null,null]", "array: of a text that looks like one": '["[1,2"]', "array: of 1000":
    "[" + ",".join(["1"] * 1000) + "]", "array: a hundred deep": "[" * 100 + "]" * 100,
    "object: empty": "{}", "object: of one": '{"a":1}', "object: of each kind":
    '{"a":1,"b":"x","c":true,"d":false,"e":null,"f":{},"g":[]}', "object: an empty key": '{"":1}',
    "object: a key with spaces": '{" a b ":1}', "object: a key with quotes": '{"\\"":1}',
    "object: a key with escapes": '{"\\u0041\\n":1}', "object: a key with a NUL":
    '{"\\u0000":1}', "object: the same key twice": '{"a":1,"a":2}',
    "object: the same key and value twice": '{"a":1,"a":1}', "object: a key beyond ASCII":
    '{"é😀":1}', "object: a long key": '{"' + "a" * 1000 + '":1}', "object: of objects":
    '{"a":{"b":{"c":{}}}}', "object: keys that look like numbers": '{"1":1,"-1":2}',
    "object: a key that looks like JSON": '{"{}":1}', "object: a field of the event within":
    '{"output":2,"features":[1]}', "object: Boxkite's own key": '{"prediction_id":"x"}',
    "number: 0": "0", "number: minus 0": "-0", "number: 0.0": "0.0", "number: minus 0.0": "-0.0",
    "number: 1": "1", "number: minus 1": "-1", "number: 10": "10", "number: 0.1": "0.1",
    "number: many decimals": "0." + "1" * 100, "number: many digits": "1" * 400,
    "number: many zeros behind": "1" + "0" * 400, "number: 1e5": "1e5", "number: 1E5": "1E5",
    "number: 1e+5": "1e+5", "number: 1e-5": "1e-5", "number: 1E+05": "1E+05", "number: 0e0": "0e0",
    "number: 0e+1": "0e+1", "number: 1.5e10": "1.5e10", "number: beyond double": "1e309",
    "number: minus beyond double": "-1e309", "number: far beyond double": "1e99999",
    "number: below double": "1e-400", "number: the largest double": "1.7976931348623157e308",
    "number: the smallest double": "5e-324", "number: half a denormal": "2.4703282292062327e-324",
    "number: 2^53+1": "9007199254740993", "number: 2^63": "9223372036854775808",
    "number: 2^64": "18446744073709551616", "number: minus 2^63": "-9223372036854775808",
    "number: minus 2^63-1": "-9223372036854775809", "number: a third":
    "0.333333333333333333333333", "number: an exponent with zeros": "1e0000000005",
    "number: an exponent of many zeros": "0e" + "0" * 100,
    "word: true": "true", "word: false": "false", "word: null": "null",
    "text: empty": '""', "text: a letter": '"a"', "text: a space": '" "', "text: every escape":
    '"\\"\\\\\\/\\b\\f\\n\\r\\t"', "text: an escaped letter": '"\\u0041"',
    "text: an escaped letter in capitals": '"\\u00E9"', "text: an escaped NUL": '"\\u0000"',
    "text: an escaped control": '"\\u001f"', "text: an escaped delete": '"\\u007f"',
    "text: a raw delete": '"\x7f"', "text: an escaped pair": '"\\ud83d\\ude00"',
    "text: the last pair": '"\\udbff\\udfff"', "text: an escaped noncharacter": '"\\uffff"',
    "text: an escaped replacement": '"\\ufffd"', "text: an escaped byte order mark": '"\\ufeff"',
    "text: an escaped line separator": '"\\u2028"', "text: two bytes": '"é"', "text: three bytes":
    '"€"', "text: four bytes": '"😀"', "text: a combining character": '"e\u0301"',
    "text: a noncharacter": '"\uffff"', "text: the last code point": '"\U0010ffff"',
    "text: a zero width joiner": '"👩\u200d💻"', "text: right to left": '"\u202eabc"',
    "text: a byte order mark within": '"a\ufeffb"', "text: a no-break space": '"\u00a0"',
    "text: that looks like a comment": '"/*x*/ //"', "text: that looks like an array": '"[1,2]"',
    "text: that looks like NaN": '"NaN"', "text: brackets and braces": '"[{]}"',
    "text: a backslash before a quote": '"\\\\"', "text: a single quote": '"\'"',
    "text: a long one": '"' + "x" * 100_000 + '"', "text: of many escapes": '"' + "\\n" * 1000 + '"',
}

# As sent, and as logged: without what is insignificant.
SPACED = {
    "space: everywhere": (' { "a" : [ 1 , 2 ] } ', '{"a":[1,2]}'),
    "space: all four kinds": ("[\t1,\r\n2 ]", "[1,2]"),
    "space: none in a text": ('[ " a  b " ]', '[" a  b "]'),
    "space: around an empty array": ("[ \n ]", "[]"),
    "space: around an empty object": ("{ \t }", "{}"),
    "space: before a colon": ('{"a" :1}', '{"a":1}'),
    "space: around a number": (" 1 ", "1"),
}

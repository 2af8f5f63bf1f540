"""The documents, as far as they can be run."""

import re

from support.daemon import ROOT

PORT = "9810"  # Of the documents' daemon.


def fences(document, language=r"\w*"):
    """The fenced blocks of a document, or those of one language: (language, text)."""
    text = (ROOT / document).read_text("utf-8")
    return [match.groups() for match in
            re.finditer(rf"^```({language})\n(.*?)^```$", text, re.S | re.M)]


def session(block):
    """Each `$ command` of a console block, and the lines that it is said to print."""
    for part in re.split(r"^\$ ", block, flags=re.M)[1:]:
        command, _, shown = part.partition("\n")
        yield command, shown.strip("\n")


def masked(text):
    """Text without what differs from run to run: ids, times, what files hold, ports, paths."""
    text = re.sub(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "UUID", text)
    text = re.sub(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+Z?)?", "TIME", text)
    text = re.sub(r'"value":\[[\d.]+,', '"value":[TIME,', text)
    text = re.sub(r'"(uptime_seconds|written_bytes|open_partitions)":[\d.e+-]+', r'"\1":N', text)
    text = re.sub(r'"(path|directory)":"[^"]*"', r'"\1":"TEXT"', text)
    return re.sub(r"\b127\.0\.0\.1:\d+", "ADDRESS", text)

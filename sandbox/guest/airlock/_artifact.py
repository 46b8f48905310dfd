"""Files that a script hands out. Imported at the first one."""
from binascii import b2a_base64

from ._plain import text

NAME_BYTES = 128

MEDIA_TYPES = {
    "csv": "text/csv", "tsv": "text/tab-separated-values", "txt": "text/plain", "md": "text/markdown",
    "html": "text/html", "json": "application/json", "jsonl": "application/jsonl", "svg": "image/svg+xml",
    "png": "image/png", "jpg": "image/jpeg", "jpeg": "image/jpeg", "gif": "image/gif", "webp": "image/webp",
    "pdf": "application/pdf", "xml": "application/xml", "zip": "application/zip", "gz": "application/gzip",
    "parquet": "application/vnd.apache.parquet", "sqlite": "application/vnd.sqlite3",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def fields(name, data, media_type):
    name = text(name, "the artifact's name")
    if not name or name.startswith(".") or "/" in name or "\\" in name or not name.isprintable():
        raise ValueError("an artifact needs a plain file name like report.csv, not %r" % name)
    if name != name.strip() or len(name.encode("utf-8")) > NAME_BYTES:
        raise ValueError("an artifact's name has at most %d bytes and no space at its ends" % NAME_BYTES)
    if isinstance(data, str):
        data = text(data, "the artifact's data").encode("utf-8")
    elif not isinstance(data, (bytes, bytearray, memoryview)):
        raise TypeError("an artifact's data is bytes or str, not %s" % type(data).__name__)
    if media_type is None:
        ending = name.rpartition(".")[2].lower()
        media_type = MEDIA_TYPES.get(ending, "application/octet-stream")
    encoded = b2a_base64(data, newline=False).decode("ascii")
    return {"name": name, "media_type": text(media_type, "the media type"), "data": encoded}

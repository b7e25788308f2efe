"""The peer with everything taken out of it that FastAPI and SQLAlchemy let one take out.

As app.py, but no ORM, no response models (answers are built as dicts and serialised at once), and statements
made once. Few would write it so; it shows how far the stack itself goes.

Environment: PEER_DATABASE (libpq URI), PEER_POOL (connections a worker, default 16).
"""

import base64
import binascii
import datetime
import hashlib
import os
import struct
import time
import uuid
from typing import Optional

import anyio
import sqlalchemy as sa
from fastapi import FastAPI, HTTPException, Request, Response
from pydantic import BaseModel, Field
from sqlalchemy.dialects.postgresql import UUID
from starlette.responses import JSONResponse

MAX_IMAGE_BYTES = 2 * 1024 * 1024
MODEL = "constant"
TAG = "circle"
CONFIDENCE = 0.5
POOL = int(os.environ.get("PEER_POOL", "16"))
API = "/api/v1/public"

metadata = sa.MetaData()
drawing = sa.Table(
    "peer_drawing",
    metadata,
    sa.Column("id", UUID(as_uuid=False), primary_key=True),
    sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("media_type", sa.Text, nullable=False),
    sa.Column("width", sa.Integer, nullable=False),
    sa.Column("height", sa.Integer, nullable=False),
    sa.Column("sha256", sa.Text, nullable=False),
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("model", sa.Text, nullable=False),
    sa.Column("predicted_tag", sa.Text, nullable=False),
    sa.Column("tag", sa.Text, nullable=False),
    sa.Column("confidence", sa.REAL, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("image", sa.LargeBinary, nullable=False),
    sa.Index("peer_drawing_by_tag", "tag", "id"),
)
shown = [column for column in drawing.c if column.name != "image"]
newest_first = sa.select(*shown).order_by(drawing.c.id.desc()).limit(sa.bindparam("limit"))
newest_first_before = newest_first.where(drawing.c.id < sa.bindparam("before"))
one_image = sa.select(drawing.c.image, drawing.c.media_type, drawing.c.sha256).where(
    drawing.c.id == sa.bindparam("wanted")
)
insert = sa.insert(drawing)

engine = sa.create_engine(
    os.environ["PEER_DATABASE"],
    pool_size=POOL,
    max_overflow=0,
    pool_pre_ping=False,
    future=True,
)
app = FastAPI(title="The peer", docs_url=None, redoc_url=None)


class Submission(BaseModel):
    image: str = Field(..., min_length=1, max_length=4 * (MAX_IMAGE_BYTES // 3 + 2) + 64)
    source: str = Field("api", max_length=32)


@app.on_event("startup")
async def prepare() -> None:
    # A thread for each connection of the pool: more would only wait for one.
    anyio.to_thread.current_default_thread_limiter().total_tokens = POOL


def uuid7() -> str:
    value = int(time.time() * 1000) << 80 | int.from_bytes(os.urandom(10), "big")
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    return str(uuid.UUID(int=value))


def decode(text: str) -> bytes:
    if text.startswith("data:"):
        text = text[text.find(",") + 1 :]
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error as wrong:
        raise HTTPException(400, "The image is not base64.") from wrong


def size_of(png: bytes) -> "tuple[int, int]":
    if len(png) < 24 or png[:8] != b"\x89PNG\r\n\x1a\n":
        raise HTTPException(415, "The image is not a PNG.")
    return struct.unpack(">II", png[16:24])


def presented(row) -> dict:
    made = row["created_at"].isoformat(timespec="microseconds").replace("+00:00", "Z")
    return {
        "id": row["id"],
        "created_at": made,
        "tag": row["tag"],
        "confidence": row["confidence"],
        "predicted_tag": row["predicted_tag"],
        "model": row["model"],
        "width": row["width"],
        "height": row["height"],
        "media_type": row["media_type"],
        "sha256": row["sha256"],
        "source": row["source"],
        "version": row["version"],
        "tagged_by": None,
        "tagged_at": None,
        "image_url": f"{API}/drawings/{row['id']}/image",
        "links": {"self": f"{API}/drawings/{row['id']}"},
    }


@app.get("/readyz")
def ready() -> dict:
    with engine.connect() as connection:
        connection.execute(sa.text("SELECT 1"))
    return {"status": "ok", "worker": os.getpid()}


@app.post(API + "/predictions", status_code=201, response_class=JSONResponse)
def predict(submission: Submission):
    png = decode(submission.image)
    width, height = size_of(png)
    row = {
        "id": uuid7(),
        "created_at": datetime.datetime.now(datetime.timezone.utc),
        "media_type": "image/png",
        "width": width,
        "height": height,
        "sha256": hashlib.sha256(png).hexdigest(),
        "source": submission.source,
        "model": MODEL,
        "predicted_tag": TAG,
        "tag": TAG,
        "confidence": CONFIDENCE,
        "version": 1,
        "image": png,
    }
    with engine.begin() as connection:
        connection.execute(insert, row)
    answer = presented(row)
    answer["top"] = [{"tag": TAG, "probability": CONFIDENCE}]
    return JSONResponse(answer, 201, {"Location": answer["links"]["self"]})


@app.get(API + "/drawings", response_class=JSONResponse)
def browse(limit: int = 50, cursor: Optional[str] = None):
    if not 1 <= limit <= 200:
        raise HTTPException(422, "limit must be from 1 to 200.")
    with engine.connect() as connection:
        if cursor:
            rows = connection.execute(newest_first_before, {"limit": limit, "before": cursor})
        else:
            rows = connection.execute(newest_first, {"limit": limit})
        drawings = [presented(row) for row in rows.mappings()]
    following = drawings[-1]["id"] if len(drawings) == limit else None
    return JSONResponse({"drawings": drawings, "next": following})


@app.get(API + "/drawings/{wanted}/image")
def image(wanted: uuid.UUID, request: Request):
    with engine.connect() as connection:
        row = connection.execute(one_image, {"wanted": str(wanted)}).first()
    if row is None:
        raise HTTPException(404, "There is no such drawing.")
    headers = {"ETag": f'"{row.sha256}"', "Cache-Control": "public, max-age=31536000, immutable"}
    if request.headers.get("if-none-match") == headers["ETag"]:
        return Response(status_code=304, headers=headers)
    return Response(bytes(row.image), media_type=row.media_type, headers=headers)


if __name__ == "__main__":
    metadata.create_all(engine)

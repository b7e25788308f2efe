"""The peer: the stack that Croquis replaces, written as the manuals of FastAPI and SQLAlchemy write it.

FastAPI, uvicorn (uvloop, httptools), SQLAlchemy's ORM and psycopg2, all from Debian's packages. The endpoints,
the JSON and the durability are those of Croquis's public API; the model is a constant. Written fairly: a
connection pool a worker and a thread for each of its connections, paging by key, columns that an answer does
not need left in the database, no read after the insert, one insert and one commit a submission.

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
from typing import Iterator, List, Optional

import anyio
import sqlalchemy as sa
from fastapi import Depends, FastAPI, Header, HTTPException, Response
from pydantic import BaseModel, Field
from sqlalchemy.dialects.postgresql import UUID
from sqlalchemy.orm import Session, declarative_base, deferred, sessionmaker

MAX_IMAGE_BYTES = 2 * 1024 * 1024
MODEL = "constant"
TAG = "circle"
CONFIDENCE = 0.5
POOL = int(os.environ.get("PEER_POOL", "16"))
DOOR = "/api/v1/public"

engine = sa.create_engine(os.environ["PEER_DATABASE"], pool_size=POOL, max_overflow=0, future=True)
sessions = sessionmaker(engine, expire_on_commit=False, future=True)
Base = declarative_base()
app = FastAPI(title="The peer", docs_url=None, redoc_url=None)


class Drawing(Base):
    __tablename__ = "peer_drawing"
    __table_args__ = (sa.Index("peer_drawing_by_tag", "tag", "id"),)

    id = sa.Column(UUID(as_uuid=True), primary_key=True)
    created_at = sa.Column(sa.DateTime(timezone=True), nullable=False)
    media_type = sa.Column(sa.Text, nullable=False)
    width = sa.Column(sa.Integer, nullable=False)
    height = sa.Column(sa.Integer, nullable=False)
    sha256 = sa.Column(sa.Text, nullable=False)
    source = sa.Column(sa.Text, nullable=False)
    model = sa.Column(sa.Text, nullable=False)
    predicted_tag = sa.Column(sa.Text, nullable=False)
    tag = sa.Column(sa.Text, nullable=False)
    confidence = sa.Column(sa.REAL, nullable=False)
    version = sa.Column(sa.Integer, nullable=False)
    image = deferred(sa.Column(sa.LargeBinary, nullable=False))

    tagged_by = None
    tagged_at = None

    @property
    def image_url(self) -> str:
        return f"{DOOR}/drawings/{self.id}/image"

    @property
    def links(self) -> dict:
        return {"self": f"{DOOR}/drawings/{self.id}"}


class Submission(BaseModel):
    image: str = Field(..., min_length=1, max_length=4 * (MAX_IMAGE_BYTES // 3 + 2) + 64)
    source: str = Field("api", max_length=32)



class DrawingOut(BaseModel):
    id: uuid.UUID
    created_at: datetime.datetime
    tag: str
    confidence: float
    predicted_tag: str
    model: str
    width: int
    height: int
    media_type: str
    sha256: str
    source: str
    version: int
    tagged_by: Optional[str]
    tagged_at: Optional[datetime.datetime]
    image_url: str
    links: dict

    class Config:
        orm_mode = True


class Ranked(BaseModel):
    tag: str
    probability: float


class DrawingDetail(DrawingOut):
    top: List[Ranked]


class DrawingPage(BaseModel):
    drawings: List[DrawingOut]
    next: Optional[str]


@app.on_event("startup")
async def prepare() -> None:
    # A thread for each connection of the pool: more would only wait for one.
    anyio.to_thread.current_default_thread_limiter().total_tokens = POOL


def database() -> Iterator[Session]:
    with sessions() as session:
        yield session


def uuid7() -> uuid.UUID:
    value = int(time.time() * 1000) << 80 | int.from_bytes(os.urandom(10), "big")
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    return uuid.UUID(int=value)


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


@app.get("/readyz")
def ready(session: Session = Depends(database)) -> dict:
    session.execute(sa.text("SELECT 1"))
    return {"status": "ok", "worker": os.getpid()}


@app.post(DOOR + "/predictions", status_code=201, response_model=DrawingDetail)
def predict(submission: Submission, response: Response, session: Session = Depends(database)):
    png = decode(submission.image)
    width, height = size_of(png)
    drawing = Drawing(
        id=uuid7(),
        created_at=datetime.datetime.now(datetime.timezone.utc),
        media_type="image/png",
        width=width,
        height=height,
        sha256=hashlib.sha256(png).hexdigest(),
        source=submission.source,
        model=MODEL,
        predicted_tag=TAG,
        tag=TAG,
        confidence=CONFIDENCE,
        version=1,
        image=png,
    )
    session.add(drawing)
    session.commit()
    drawing.top = [Ranked(tag=TAG, probability=CONFIDENCE)]
    response.headers["Location"] = drawing.links["self"]
    return drawing


@app.get(DOOR + "/drawings", response_model=DrawingPage)
def browse(limit: int = 50, cursor: Optional[uuid.UUID] = None, session: Session = Depends(database)):
    if not 1 <= limit <= 200:
        raise HTTPException(422, "limit must be from 1 to 200.")
    query = sa.select(Drawing).order_by(Drawing.id.desc()).limit(limit)
    if cursor:
        query = query.where(Drawing.id < cursor)
    drawings = session.execute(query).scalars().all()
    following = str(drawings[-1].id) if len(drawings) == limit else None
    return {"drawings": drawings, "next": following}


@app.get(DOOR + "/drawings/{wanted}/image")
def image(
    wanted: uuid.UUID, if_none_match: Optional[str] = Header(None), session: Session = Depends(database)
):
    query = sa.select(Drawing.image, Drawing.media_type, Drawing.sha256).where(Drawing.id == wanted)
    row = session.execute(query).first()
    if row is None:
        raise HTTPException(404, "There is no such drawing.")
    headers = {"ETag": f'"{row.sha256}"', "Cache-Control": "public, max-age=31536000, immutable"}
    if if_none_match == headers["ETag"]:
        return Response(status_code=304, headers=headers)
    return Response(bytes(row.image), media_type=row.media_type, headers=headers)


if __name__ == "__main__":
    Base.metadata.create_all(engine)

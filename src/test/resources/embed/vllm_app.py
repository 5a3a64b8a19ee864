"""Answers as vLLM's OpenAI-compatible server does, without a model; run by uvicorn."""

import base64
import json
import struct

KEY = "a-key"
CHARS_MAX = 1000


def vector(text):
    return [float(len(text)), float(ord(text[0])), 1.0]


def embedding(text, base64_wanted):
    values = vector(text)
    return base64.b64encode(struct.pack("<3f", *values)).decode() if base64_wanted else values


def refused(message, kind, code):
    return code, {"error": {"message": message, "type": kind, "param": None, "code": code}}


def embed(body):
    if not body:
        return refused("1 validation error:\n  {'type': 'missing', 'loc': ('body',)}", "Bad Request", 400)
    asked = json.loads(body)
    if asked["model"] != "org/model":
        return refused("The model `%s` does not exist." % asked["model"], "NotFoundError", 404)
    texts = asked["input"]
    if any("poison" in text for text in texts):
        return refused("The tokenizer cannot read it.", "BadRequestError", 400)
    if "truncate_prompt_tokens" not in asked and any(len(text) > CHARS_MAX for text in texts):
        return refused("This model's maximum context length is 512 tokens.", "BadRequestError", 400)
    wanted = asked.get("encoding_format") == "base64"
    data = [{"index": i, "object": "embedding", "embedding": embedding(t, wanted)} for i, t in enumerate(texts)]
    return 200, {"id": "embd-1", "object": "list", "model": "org/model", "data": data, "usage": {}}


def answer(path, headers, body):
    if path == "/health":
        return 200, None
    if headers.get(b"authorization") != b"Bearer " + KEY.encode():
        return 401, {"error": "Unauthorized"}
    if path == "/v1/models":
        return 200, {"object": "list", "data": [{"id": "org/model", "root": "org/model", "max_model_len": 512}]}
    if path == "/v1/embeddings":
        return embed(body)
    return 404, {"detail": "Not Found"}


async def app(scope, receive, send):
    if scope["type"] != "http":
        return
    body = b""
    more = True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    status, content = answer(scope["path"], dict(scope["headers"]), body)
    out = b"" if content is None else json.dumps(content).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(out)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": out})

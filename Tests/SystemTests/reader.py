"""A district's own software: reads an organisation's inbox with confluent-kafka, following the AsyncAPI document and nothing else.

usage: reader.py asyncapi.json BROKERS ORGANISATION SECONDS
Prints a JSON line for each new event; ends after so many seconds of silence. Whatever the document does not say is an error.
"""
import json
import sys

import jsonschema
from confluent_kafka import Consumer

path, brokers, organisation, seconds = sys.argv[1:]
document = json.load(open(path))


def resolve(node):
    """Follows references within the document."""
    if isinstance(node, dict) and "$ref" in node:
        target = document
        for step in node["$ref"].removeprefix("#/").split("/"):
            target = target[step]
        return resolve(target)
    return node


channel = next(c for c in document["channels"].values() if "organisation" in c.get("parameters", {}))
topic = channel["address"].replace("{organisation}", organisation)
messages = {m["name"]: m for m in (resolve(r) for r in channel["messages"].values())}

consumer = Consumer({
    "bootstrap.servers": brokers, "group.id": f"{topic}.reader", "auto.offset.reset": "earliest",
})
consumer.subscribe([topic])
seen = {}
while True:
    message = consumer.poll(float(seconds))
    if message is None:
        break
    if message.error():
        sys.exit(f"{topic}: {message.error()}")
    headers = {name: value.decode() for name, value in message.headers()}
    told = messages.get(headers["ce_type"])
    if told is None:
        continue  # The promise: types may be added.
    jsonschema.validate(headers, resolve(told["headers"]))
    payload = json.loads(message.value())
    jsonschema.validate(payload, resolve(told["payload"]))
    unknown = set(payload) - set(resolve(told["payload"])["properties"])
    if unknown:
        sys.exit(f"{headers['ce_type']}: the document does not tell {sorted(unknown)}")
    generation, case, version = headers["ce_id"].split(":")
    if message.key().decode() != case:
        sys.exit(f"{headers['ce_id']}: its key is {message.key()}")
    known = seen.setdefault((generation, case), set())
    if version in known:
        continue
    if known and int(version) < max(map(int, known)):
        sys.exit(f"{headers['ce_id']}: the first copy came out of order")
    known.add(version)
    print(json.dumps({"case": case, "version": int(version), "type": headers["ce_type"], "payload": payload}))
consumer.close()

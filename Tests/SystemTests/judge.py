"""Sends a service what its OpenAPI document allows and what it forbids, and judges the answers: schemathesis, from PyPI.

Arguments: the service's address, and for what only somebody sees who is logged in: a token, the word of this log-in's forms, and
the number of a case. Exit 0: no fault found.
"""
import pathlib
import sys
import tempfile

import schemathesis
from schemathesis.cli import schemathesis as command

address, token, form_token, number = sys.argv[1:5]

# What a document cannot say is refused with these: a check digit, an order that the case's state does not allow, a body or
# header beyond what a server takes. A 503 says that the suite is small; any other 5xx is a fault.
refused = "400, 401, 403, 404, 409, 413, 422, 429, 431, 503"
config = f"""
[checks.positive_data_acceptance]
expected-statuses = ["2xx", "3xx", {refused}]
[checks.negative_data_rejection]
expected-statuses = [405, 406, 415, 428, {refused}]
[parameters]
"path.number" = "{number}"
"query.number" = "{number}"
# A stream has no end: it is read for so many seconds.
[[operations]]
include-path-regex = "/events$"
request-timeout = 1.0
"""


@schemathesis.hook
def before_call(context, case, kwargs):
    """A form that does not come from this log-in's page gets no further than to 403; and no form tells a value from a list of one, so
    what is to be of a wrong type there is one that no list holds."""
    if isinstance(case.body, dict) and "form_token" in case.body:
        case.body["form_token"] = form_token
    if isinstance(case.body, dict) and "drop" in case.body and not isinstance(case.body["drop"], list):
        case.body["drop"] = ["x"]


with tempfile.TemporaryDirectory() as folder:
    path = pathlib.Path(folder) / "schemathesis.toml"
    path.write_text(config)
    sys.exit(command.main([
        "--config-file", str(path), "run", address + "/openapi.json", "--phases", "coverage,fuzzing",
        "--max-examples", "5", "--seed", "5", "--generation-database", "none", "--generation-allow-x00", "false",
        "--no-shrink", "--continue-on-failure", "--no-color", "--warnings", "off", "--request-timeout", "30",
        # A log-in's end would end the run, and wrong passwords are slowed: both have tests of their own.
        "--exclude-path-regex", "/(log-in|log-out|password)$",
        *(["--header", f"Authorization: Bearer {token}", "--header", f"Cookie: jiesu={token}"] if token else []),
    ], standalone_mode=False))

"""Asks the model for predictions, for ever: traffic.py MODEL-ADDRESS REQUESTS-A-SECOND DRIFT-AFTER

The people are like those of training for the first DRIFT-AFTER seconds. Then they are older, as if
the model were used in another clinic.
"""

import http.client
import json
import random
import sys
import time

import patients


def ask(connection, person):
    connection.request("POST", "/predict", json.dumps(person),
                       {"Content-Type": "application/json"})
    response = connection.getresponse()
    body = response.read()
    if response.status != 200:
        raise http.client.HTTPException(body.decode())


def main(address, rate, drift_after):
    source = random.Random(2)
    connection = http.client.HTTPConnection(address, timeout=10)
    begin = due = time.monotonic()
    older = False
    while True:
        due += 1 / rate
        time.sleep(max(0, due - time.monotonic()))
        if not older and time.monotonic() - begin >= drift_after:
            older = True
            print("from now on people are older", flush=True)
        try:
            ask(connection, patients.draw(source, older))
        except (OSError, http.client.HTTPException) as error:
            print(f"no answer: {error}", flush=True)
            connection.close()
            time.sleep(1)
            due = time.monotonic()


if __name__ == "__main__":
    main(sys.argv[1], float(sys.argv[2]), float(sys.argv[3]))

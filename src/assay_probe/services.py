"""Starts what the project's tests need, inside the sandbox, before anything else runs there."""

import subprocess
import tempfile

from assay_probe.wire import send

LIMIT_S = 60.0


def start(commands):
    """Run the commands one after the other; False, and the reason is told, when one of them fails.

    A command that serves must go to the background by itself: it ends with the sandbox.
    """
    for command in commands:
        with tempfile.TemporaryFile() as said:
            try:
                done = subprocess.run(
                    ["sh", "-c", command], stdin=subprocess.DEVNULL, stdout=said, stderr=said, timeout=LIMIT_S
                )
                status = "ended with status %d" % done.returncode if done.returncode else ""
            except subprocess.TimeoutExpired:
                status = "did not end within %g s; a service must go to the background" % LIMIT_S
            if status:
                said.seek(0)
                text = said.read()[-1000:].decode("utf-8", "replace").strip()
                send("failed", error="setup", detail="%s\nsetup: `%s` %s" % (text, command, status))
                return False
    return True

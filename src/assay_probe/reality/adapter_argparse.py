"""argparse: `add_argument` is executed on a real parser, with stand-ins for what is not written down."""

import argparse
import ast

from assay_probe.reality import literals
from assay_probe.reality.values import Thing

_STAND_INS = {
    "default": None,
    "help": "",
    "metavar": "X",
    "choices": ("a",),
    "type": str,
    "dest": "x",
    "required": True,
    "version": "1",
    "const": None,
}
_ADDERS = ("add_argument",)


def called(walk, node, callee):
    """Note what a real parser says of the arguments; None, so that the general rules are asked too."""
    if getattr(callee.object, "__qualname__", "") != "_ActionsContainer.add_argument":
        return
    if any(isinstance(argument, ast.Starred) for argument in node.args):
        return
    names = [literals.constant(walk, argument) for argument in node.args]
    given = {keyword.arg: _value(walk, keyword) for keyword in node.keywords}
    if None in given or any(map(literals.is_absent, (*names, *given.values()))):
        return
    if walk.registers_actions or any(
        not isinstance(name, str) or (not name[:1].isalnum() and name[:1] != "-") for name in names
    ):
        return
    try:
        argparse.ArgumentParser(add_help=False).add_argument(*names, **given)
    except (TypeError, ValueError) as error:
        _claim(walk, node, error, given)
    except Exception:
        return


def _value(walk, keyword):
    """The constant, the real class or function that is named, or a stand-in of its kind."""
    found = literals.constant(walk, keyword.value)
    if not literals.is_absent(found):
        return found
    value = walk.silently(keyword.value)
    if isinstance(value, Thing) and value.object is not None:
        return value.object
    return _STAND_INS.get(keyword.arg, found)


def _claim(walk, node, error, given):
    wrong = next((name for name in given if repr(name) in str(error)), "")
    walk.claims.add(
        node,
        "unknown-parameter" if isinstance(error, TypeError) else "wrong-literal",
        f"argparse.ArgumentParser.add_argument({wrong}=)" if wrong else "argparse.ArgumentParser.add_argument()",
        f"argparse refuses these arguments: {type(error).__name__}: {error}",
        root="argparse",
        raises=type(error).__name__,
    )

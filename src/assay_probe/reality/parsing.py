"""The syntax tree of one library function, parsed alone: files are long, and few of their functions are asked about."""

import ast
import dis
import linecache
import types

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_indices = {}


def tree_of_code(code):
    """The `def` or `lambda` that the code was compiled from, with the lines and columns of its file, or None.

    Raises:
        SyntaxError: the file cannot be parsed.
    """
    lines = linecache.getlines(code.co_filename)
    tree = _alone(code, lines) if code.co_name != "<lambda>" else None
    return tree or _index_of(code.co_filename, lines).get((code.co_name, code.co_firstlineno))


def _alone(code, lines):
    """The function's own lines parsed, or None where it takes more to tell which these are."""
    first = code.co_firstlineno - 1
    if not 0 <= first < len(lines):
        return None
    indent = _indent_of(lines[first])
    end = last_line(code)
    # What the code has no line for may follow: the rest of a statement, and what can never be reached.
    while end < len(lines) and _goes_on(lines[end], indent):
        end += 1
    before = "\n" * (first - 1) + "if 1:\n" if indent else "\n" * first
    try:
        body = ast.parse(before + "".join(lines[first:end])).body
    except SyntaxError:
        return None
    found = body[0].body if indent and isinstance(body[0], ast.If) else body
    alone = len(body) == 1 and len(found) == 1 and isinstance(found[0], _FUNCTIONS) and found[0].name == code.co_name
    return found[0] if alone else None


def _indent_of(line):
    return len(line) - len(line.lstrip())


def _goes_on(line, indent):
    return not line.strip() or line.lstrip().startswith("#") or _indent_of(line) > indent


def last_line(code):
    """The last line that the code, or code inside it, has an instruction for."""
    inner = [last_line(value) for value in code.co_consts if isinstance(value, types.CodeType)]
    return max([code.co_firstlineno, *inner, *(line for _, line in dis.findlinestarts(code) if line)])


def _index_of(filename, lines):
    """Every function of a file by its name and its first line."""
    if filename not in _indices:
        _indices[filename] = index = {}
        for node in ast.walk(ast.parse("".join(lines))):
            if isinstance(node, _FUNCTIONS):
                first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
                index[node.name, first] = index[node.name, node.lineno] = node
            elif isinstance(node, ast.Lambda):
                index["<lambda>", node.lineno] = node
    return _indices[filename]

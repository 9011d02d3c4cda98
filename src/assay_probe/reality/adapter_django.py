"""Django: names of settings, and the dotted paths that settings hold."""

import ast
import importlib
import sys
import types

from assay_probe.reality import django_settings, installed
from assay_probe.reality.members import FOUND, MISSING, Member, member
from assay_probe.reality.values import UNKNOWN, Made, Thing, static

_PATH_SETTINGS = frozenset(
    "MIDDLEWARE INSTALLED_APPS AUTHENTICATION_BACKENDS TEMPLATES CACHES DATABASES STORAGES PASSWORD_HASHERS "
    "EMAIL_BACKEND AUTH_PASSWORD_VALIDATORS TEST_RUNNER SESSION_ENGINE MESSAGE_STORAGE FORM_RENDERER "
    "FILE_UPLOAD_HANDLERS STATICFILES_FINDERS STATICFILES_STORAGE DEFAULT_FILE_STORAGE SESSION_SERIALIZER "
    "DEFAULT_AUTO_FIELD CSRF_FAILURE_VIEW".split()
)


def prepare():
    """Settings without a project, so that models and forms can be imported."""
    settings = importlib.import_module("django.conf").settings
    if not settings.configured:
        apps = [
            "django.contrib.contenttypes",
            "django.contrib.auth",
            "django.contrib.sessions",
            "django.contrib.messages",
        ]
        databases = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}}
        settings.configure(INSTALLED_APPS=apps, DATABASES=databases, SECRET_KEY="assay", USE_TZ=True)  # noqa: S106
        sys.modules["django"].setup()


def member_of(walk, node, receiver):
    """`Model.objects`: the manager itself. `settings.NAME`: one slip away from a setting that Django itself has."""
    if isinstance(receiver, Thing) and isinstance(receiver.object, type) and hasattr(receiver.object, "_meta"):
        return _manager(receiver.object, node.attr)
    if not isinstance(receiver, Made) or type(receiver.value).__name__ != "LazySettings" or not node.attr.isupper():
        return None
    known = _setting_names()
    near = installed.nearest(node.attr, known, 0.9, 1) or django_settings.in_other_order(node.attr, known)
    if near and node.attr not in known:
        walk.claims.add(
            node,
            "unknown-key",
            f"settings.{node.attr}",
            f"Django has no setting {node.attr!r}",
            root="django",
            raises="AttributeError",
            certainty="ignored",
            near=near,
        )
    return Member(UNKNOWN, FOUND)


def defined(walk, cls):
    """`class Meta` of a model: Django takes no other names than its options."""
    models = sys.modules.get("django.db.models")
    bases = [base.object for base in cls.bases if isinstance(base, Thing)]
    if models is None or not any(isinstance(base, type) and issubclass(base, models.Model) for base in bases):
        return
    known = set(importlib.import_module("django.db.models.options").DEFAULT_NAMES) | {"abstract"}
    for inner in cls.node.body:
        for node in inner.body if isinstance(inner, ast.ClassDef) and inner.name == "Meta" else ():
            name = getattr(node.targets[0], "id", "") if isinstance(node, ast.Assign) else ""
            if name and not name.startswith("_") and name not in known:
                walk.claims.add(
                    node,
                    "unknown-key",
                    f"Meta.{name}",
                    f"the options of a model have no {name!r}",
                    root="django",
                    raises="TypeError",
                    certainty="static",
                    near=installed.nearest(name, known),
                )


def called(walk, node, callee):
    """`settings.configure(ALLOWED_HOST=[...])`: names one slip away from a setting of Django's; None."""
    if getattr(callee.object, "__qualname__", "") != "LazySettings.configure":
        return
    known = _setting_names()
    for keyword in node.keywords:
        near = installed.nearest(keyword.arg, known, 0.9, 1) if keyword.arg else []
        if near and keyword.arg not in known:
            walk.claims.add(
                keyword.value,
                "unknown-key",
                f"settings.{keyword.arg}",
                f"Django has no setting {keyword.arg!r}",
                root="django",
                raises="",
                certainty="ignored",
                near=near,
            )


def _manager(model, name):
    manager = getattr(model, name, None) if type(static(model, name)).__name__ == "ManagerDescriptor" else None
    return None if manager is None else Member(Made((type(manager),), exact=True, value=manager), FOUND)


def _setting_names():
    try:
        global_settings = importlib.import_module("django.conf.global_settings")
    except ImportError:
        return []  # a part of Django, or a package of its name
    return [name for name in dir(global_settings) if name.isupper()]


def assigned(walk, target, value):
    """`MIDDLEWARE = [...]`: every dotted path into an installed package must lead somewhere."""
    if not isinstance(target, ast.Name) or value is None:
        return
    _check_setting(walk, target)
    if isinstance(value, ast.Dict) and _is_setting(walk, target):
        django_settings.check_keys(walk, target.id, value, _app_roots(walk), set(_setting_names()))
    if target.id not in _PATH_SETTINGS:
        return
    for node in ast.walk(value):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            if node.value.partition(".")[0] in walk.first_party:
                continue
            if _looks_dotted(node.value):
                _check_path(walk, node, target.id)
            elif target.id == "INSTALLED_APPS" and node.value.isidentifier():
                _check_app(walk, node)


def _is_setting(walk, target):
    return len(walk.scopes) == 1 and target.id.isupper() and "INSTALLED_APPS" in walk.uses


def _check_setting(walk, target):
    """`ALLOWED_HOST = [...]` among settings: a name that nothing reads, one slip away from one that is read."""
    if not _is_setting(walk, target):
        return
    known = set(_setting_names()) | {word for root in _app_roots(walk) for word in django_settings.read_by(root)}
    near = installed.nearest(target.id, known, 0.9, 1)
    # A name that the settings themselves use, or that stands beside the one that may be meant, is no slip.
    if near and target.id not in known and near[0] not in walk.uses and len(walk.uses[target.id]) == 1:
        walk.claims.add(
            target,
            "unknown-key",
            f"settings.{target.id}",
            f"neither Django nor an installed app reads a setting {target.id!r}",
            root="django",
            raises="",
            certainty="ignored",
            near=near,
        )


def _app_roots(walk):
    """Top-level packages of the applications that the settings name, without Django and the project's own."""
    found = set()
    for node in ast.walk(walk.parents[next(iter(walk.uses["INSTALLED_APPS"]))]):
        name = node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""
        found.add(name.partition(".")[0])
    return found - {"", "django", *walk.first_party}


def _check_app(walk, node):
    """An app that is one name must be a package that is installed."""
    found = installed.module(node.value)
    if isinstance(found, installed.NotImported) and found.missing == node.value:
        text = f"INSTALLED_APPS names {node.value!r}, and no installed distribution is called so"
        near = installed.nearest(node.value, installed.top_level_names(), 0.75)
        line = f"import {node.value}"
        more = {"root": node.value, "raises": "ImportError", "near": near, "reproducer": line}
        walk.claims.add(node, "missing-package", node.value, text, **more)


def _looks_dotted(text):
    return text.count(".") > 1 and all(part.isidentifier() for part in text.split("."))


def _check_path(walk, node, setting):
    path = node.value
    root = path.partition(".")[0]
    if not isinstance(installed.module(root), types.ModuleType):
        return
    package, _, last = path.rpartition(".")
    if isinstance(installed.module(path), types.ModuleType):
        return
    around = installed.module(package)
    if isinstance(around, types.ModuleType):
        if member(Thing(around), last).status != MISSING:
            return
        near = installed.nearest(last, [*dir(around), *installed.submodules(around)])
        text = f"{setting} names {path}, and {package} has no {last!r}"
        line = f"from {package} import {last}"
    elif around.missing and package.startswith(around.missing):
        near, text, line = [], f"{setting} names {path}, and there is no module {around.missing}", f"import {package}"
    else:
        return
    walk.claims.add(node, "wrong-path", path, text, root=root, raises="ImportError", near=near, reproducer=line)

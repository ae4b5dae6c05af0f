"""The Python side of the gateway: finds the application, or says what is wrong and what to do."""

import importlib
import inspect
import os
import sys
import traceback


class Refused(Exception):
    """There is no application. `kind` is "usage" or "failure"."""

    def __init__(self, kind, what):
        super().__init__(what)
        self.kind = kind


def load(target, examples):
    """The application that `MODULE:CALLABLE` names. `CALLABLE()` is called first, once."""
    module, colon, attribute = target.partition(":")
    if module.endswith(".py") or os.sep in module:
        folder, file = os.path.split(module)
        module = file.removesuffix(".py") or "flaskapp"
        where = f" in the folder {folder}" if folder else ""
        raise Refused("usage", f"{target!r} names a file; name the module{where}: --python "
                               f"{module}:{attribute or 'app'}")
    if not module or not colon or not attribute:
        raise Refused("usage", f"{target!r} is not MODULE:CALLABLE, such as flaskapp:app")
    sys.path.insert(0, os.getcwd())
    sys.path.append(examples)
    return find_callable(import_module(module), attribute)


def import_module(name):
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        missing = error.name or ""
        if name == missing or name.startswith(missing + "."):
            folders = "".join(f"\n    {folder}" for folder in sys.path if os.path.isdir(folder))
            raise Refused("usage", f"no module {missing!r}; looked for it in{folders}\n"
                                   "start the server in the folder that holds it") from None
        raise Refused("failure", f"{name} needs {missing!r}, which {this_python()} does not have; "
                                 "activate the virtual environment that has it (such as: . "
                                 f".venv/bin/activate), or install it: python3 -m pip install "
                                 f"{missing.partition('.')[0]}") from None
    except (Exception, SystemExit) as error:
        show(error)
        raise Refused("failure", f"importing {name} failed, as shown above: "
                                 f"{type(error).__name__}: {error}") from None


def find_callable(module, attribute):
    name, parentheses, _ = attribute.partition("()")
    found = getattr(module, name, None)
    whole = f"{module.__name__}:{name}"
    if found is None:
        there = [key for key, value in vars(module).items() if looks_like_one(key, value, module)]
        some = f"; it has {', '.join(there)}" if there else ""
        raise Refused("usage", f"the module {module.__name__} has no {name!r}{some}")
    if parentheses:
        found = called(found, whole)
    if not callable(found):
        raise Refused("usage", f"{whole} is no application but {a(found)}; an application is "
                               "called with environ and start_response")
    if not takes_two(found):
        advice = f"; if it makes one: --python '{whole}()'" if takes_none(found) else ""
        raise Refused("usage", f"{whole} is no application, since it can't be called with environ "
                               f"and start_response{advice}")
    return found


def called(factory, whole):
    try:
        return factory()
    except Exception as error:
        show(error)
        raise Refused("failure", f"{whole}() failed, as shown above: "
                                 f"{type(error).__name__}: {error}") from None


def looks_like_one(key, value, module):
    """Whether a name of a module may be meant: an application made there, not what it imported."""
    is_own = getattr(value, "__module__", None) == module.__name__ or not inspect.isroutine(value)
    is_one = callable(value) and not inspect.isclass(value) and takes_two(value)
    return is_one and is_own and not key.startswith("_")


def show(error):
    """Prints the traceback, without the calls of ours and of the import system that led there."""
    trace = error.__traceback__
    while trace and is_ours(trace.tb_frame.f_code.co_filename):
        trace = trace.tb_next
    traceback.print_exception(type(error), error, trace)


def is_ours(file):
    return file == __file__ or "importlib" in file


def takes_two(found):
    return takes(found, "environ", "start_response")


def takes_none(found):
    return takes(found)


def takes(found, *arguments):
    try:
        inspect.signature(found).bind(*arguments)
    except TypeError:
        return False
    except ValueError:
        pass  # it does not tell
    return True


def a(value):
    return f"a {type(value).__name__}"


def this_python():
    version = ".".join(map(str, sys.version_info[:3]))
    return f"{sys.executable} (Python {version})"

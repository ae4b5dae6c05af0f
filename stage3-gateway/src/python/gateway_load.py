"""The Python side of the gateway: finds the application, or says what is wrong and what to do."""

import errno
import importlib
import inspect
import os
import shlex
import sys
import traceback


RUNS_ITSELF = 'does it call app.run()? put that under: if __name__ == "__main__":'


class Refused(Exception):
    """There is no application. `kind` is "usage" or "failure"."""

    def __init__(self, kind, what):
        super().__init__(what)
        self.kind = kind


def load(target, examples):
    """The application that `MODULE:CALLABLE` names. `CALLABLE()` is called first, once."""
    module, colon, attribute = target.partition(":")
    if module.endswith(".py") or os.sep in module:
        raise Refused("usage", f"{target!r} names a file; name the module: "
                               f"{as_module(module, attribute or 'app')}")
    if not module or not colon or not attribute:
        raise Refused("usage", f"{target!r} is not MODULE:CALLABLE, such as flaskapp:app")
    sys.path.insert(0, os.getcwd())
    sys.path.append(examples)
    return find_callable(import_module(module), attribute)


def as_module(file, attribute):
    """What to type for the module in this file."""
    folder, name = os.path.split(os.path.relpath(file.removesuffix(".py") or "flaskapp"))
    parts = [*folder.split(os.sep), name] if folder else [name]
    if all(part.isidentifier() for part in parts):
        return f"--python {'.'.join(parts)}:{attribute}"
    return f"PYTHONPATH={shlex.quote(folder or '.')} … --python {name}:{attribute}"


def import_module(name):
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        missing = error.name or ""
        if name == missing or name.startswith(missing + "."):
            folders = "".join(f"\n    {folder}" for folder in sys.path if os.path.isdir(folder))
            raise Refused("usage", f"no module {missing!r}; looked for it in{folders}\nif "
                                   "it is in another folder, name that one: PYTHONPATH=FOLDER … "
                                   f"--python {name}:…") from None
        raise Refused("failure", f"{name} needs {missing!r}, which {this_python()} does not have; "
                                 "if that is spelt right, activate the virtual environment that "
                                 "has it (such as: . .venv/bin/activate), or install it (its "
                                 "package may have another name)") from None
    except BaseException as error:  # KeyboardInterrupt, SystemExit and their like as well
        show(error)
        advice = f"; {RUNS_ITSELF}" if isinstance(error, SystemExit) else remedy(error)
        raise Refused("failure", f"importing {name} failed, as shown above: "
                                 f"{how(error)}{advice}") from None


def find_callable(module, attribute):
    name, parentheses, _ = attribute.partition("()")
    found = getattr(module, name, None)
    whole = f"{module.__name__}:{name}"
    if found is None:
        raise Refused("usage", f"the module {module.__name__} has no {name!r}{what_else(module)}")
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
    except BaseException as error:
        show(error)
        raise Refused("failure", f"{whole}() failed, as shown above: "
                                 f"{how(error)}{remedy(error)}") from None


def what_else(module):
    """The names of a module that may be meant: made there, and not what it imported."""
    names = [name for name, value in vars(module).items() if is_own(name, value, module)]
    there = [name for name in names if takes_two(getattr(module, name))]
    if there:
        return f"; it has {', '.join(there)}"
    makes = [name for name in names if "app" in name and takes_none(getattr(module, name))]
    return f"; it has {makes[0]}(), which may make one" if makes else ""


def is_own(name, value, module):
    is_from_here = getattr(value, "__module__", None) == module.__name__
    is_candidate = callable(value) and not inspect.isclass(value) and not name.startswith("_")
    return is_candidate and (is_from_here or not inspect.isroutine(value))


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
    name = type(value).__name__
    return f"{'an' if name[0] in 'aeiou' else 'a'} {name}"


def how(error):
    """As the last line of its traceback, whatever its message holds."""
    kind = type(error).__name__
    if isinstance(error, SystemExit) and not isinstance(error.code, int):
        kind += ", status 1" if error.code is not None else ", status 0"
    try:
        return f"{kind}: {error}"
    except Exception:
        return f"{kind}, and its message can't be made"


def remedy(error):
    """What can be done about it, if we know."""
    number = getattr(error, "errno", None)
    if number in (errno.EMFILE, errno.ENFILE):
        return "; raise the limit of open files (ulimit -n)"
    return "; raise the limit of processes (ulimit -u)" if number == errno.EAGAIN else ""


def to_bytes(text):
    """What is left of strings that came from bytes (file names) is shown as Python shows it."""
    return text.encode(errors="backslashreplace")


def this_python():
    version = ".".join(map(str, sys.version_info[:3]))
    return f"{sys.executable} (Python {version})"

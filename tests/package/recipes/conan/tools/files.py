"""conan.tools.files, as far as it is used."""

import fnmatch
import os
import shutil


def load(_, path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def copy(_, pattern, source, destination):
    for folder, _folders, files in os.walk(source):
        for name in files:
            path = os.path.join(folder, name)
            relative = os.path.relpath(path, source)
            if fnmatch.fnmatchcase(relative, pattern):
                os.makedirs(os.path.join(destination, os.path.dirname(relative)), exist_ok=True)
                shutil.copy2(path, os.path.join(destination, relative))

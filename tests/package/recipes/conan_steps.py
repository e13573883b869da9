#!/usr/bin/env python3
"""Takes the Conan recipe through its steps, with stand-ins for Conan: conan_steps.py RECIPE WORK. Prints the version."""

import importlib.util
import os
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

spec = importlib.util.spec_from_file_location("recipe", sys.argv[1])
module = importlib.util.module_from_spec(spec)
spec.loader.exec_module(module)
recipe = module.Sequent()
for name in ("export_sources", "build", "package"):
    setattr(recipe, "source_folder" if name == "export_sources" else f"{name}_folder", os.path.join(sys.argv[2], name))
recipe.export_sources_folder = recipe.source_folder
for step in ("set_version", "export_sources", "layout", "generate", "build", "package", "package_id", "package_info"):
    getattr(recipe, step)()
assert recipe.cpp_info.named["cmake_target_name"] == "sequent::sequent"
print(recipe.version)

"""Sequent as a Conan 2 package: headers, a CMake package and a pkg-config file."""

import os
import re

from conan import ConanFile
from conan.tools.cmake import CMake, CMakeToolchain, cmake_layout
from conan.tools.files import copy, load

TREE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "..")


class Sequent(ConanFile):
    name = "sequent"
    description = "A TCP that can be checked: header-only, sans-I/O, without allocation"
    license = "MIT"
    package_type = "header-library"
    settings = "os", "arch", "compiler", "build_type"
    no_copy_source = True

    def set_version(self):
        header = load(self, os.path.join(TREE, "impl", "sequent", "config.hpp"))
        self.version = ".".join(re.findall(r"^#define SEQUENT_VERSION_(?:MAJOR|MINOR|PATCH) +(\d+)$", header, re.M))

    def export_sources(self):
        for pattern in ("CMakeLists.txt", "LICENSE", "impl/*", "cmake/*", "tools/amalgamate"):
            copy(self, pattern, TREE, self.export_sources_folder)

    def layout(self):
        cmake_layout(self)

    def generate(self):
        toolchain = CMakeToolchain(self)
        for part in ("TESTS", "PROOFS", "TOOLS", "EXAMPLES"):
            toolchain.cache_variables[f"SEQUENT_BUILD_{part}"] = False
        toolchain.generate()

    def build(self):
        CMake(self).configure()

    def package(self):
        CMake(self).install()
        copy(self, "LICENSE", self.source_folder, os.path.join(self.package_folder, "licenses"))

    def package_id(self):
        self.info.clear()

    def package_info(self):
        self.cpp_info.bindirs = self.cpp_info.libdirs = []
        self.cpp_info.set_property("cmake_file_name", "sequent")
        self.cpp_info.set_property("cmake_target_name", "sequent::sequent")
        self.cpp_info.set_property("pkg_config_name", "sequent")

"""A stand-in for Conan, as far as the recipe of Sequent uses it."""


class Properties:
    """cpp_info and info: whatever is set stays."""

    def __init__(self):
        self.named = {}

    def set_property(self, name, value):
        self.named[name] = value

    def clear(self):
        self.named.clear()


class ConanFile:
    """What a recipe derives from."""

    def __init__(self):
        self.cpp_info, self.info = Properties(), Properties()
        self.source_folder = self.build_folder = self.package_folder = self.export_sources_folder = ""
        self.cache_variables = {}

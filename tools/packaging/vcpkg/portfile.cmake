# A port of Sequent: headers, a CMake package and a pkg-config file. The archive of a release is named by SEQUENT_ARCHIVE
# until there is one to name here with its checksum.
if(NOT DEFINED ENV{SEQUENT_ARCHIVE})
  message(FATAL_ERROR "sequent: say in SEQUENT_ARCHIVE where the archive of the release is")
endif()
vcpkg_extract_source_archive(SOURCE_PATH ARCHIVE "$ENV{SEQUENT_ARCHIVE}")
vcpkg_cmake_configure(SOURCE_PATH "${SOURCE_PATH}"
  OPTIONS -DSEQUENT_BUILD_TESTS=OFF -DSEQUENT_BUILD_PROOFS=OFF -DSEQUENT_BUILD_TOOLS=OFF -DSEQUENT_BUILD_EXAMPLES=OFF
          -DSEQUENT_INSTALL=ON)
vcpkg_cmake_install()
vcpkg_cmake_config_fixup(PACKAGE_NAME sequent CONFIG_PATH share/cmake/sequent)
vcpkg_fixup_pkgconfig()
# Nothing is compiled: one set of files serves every configuration.
file(REMOVE_RECURSE "${CURRENT_PACKAGES_DIR}/debug" "${CURRENT_PACKAGES_DIR}/lib")
vcpkg_install_copyright(FILE_LIST "${SOURCE_PATH}/LICENSE")

# Installing: the headers, a CMake package for find_package(sequent) and a pkg-config file.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(sequent_package_dir "${CMAKE_INSTALL_DATADIR}/cmake/sequent")
if(CMAKE_VERSION VERSION_GREATER_EQUAL 3.23)
  install(TARGETS sequent EXPORT sequent_targets FILE_SET HEADERS DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}")
else()
  target_include_directories(sequent INTERFACE "$<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>")
  install(TARGETS sequent EXPORT sequent_targets)
  install(DIRECTORY "${PROJECT_SOURCE_DIR}/impl/sequent" DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}"
          FILES_MATCHING PATTERN "*.hpp")
endif()
install(EXPORT sequent_targets NAMESPACE sequent:: DESTINATION "${sequent_package_dir}")

configure_package_config_file("${CMAKE_CURRENT_LIST_DIR}/sequentConfig.cmake.in"
                              "${PROJECT_BINARY_DIR}/sequentConfig.cmake"
                              INSTALL_DESTINATION "${sequent_package_dir}")
# Before 1.0 a minor version may change the API.
write_basic_package_version_file("${PROJECT_BINARY_DIR}/sequentConfigVersion.cmake"
                                 COMPATIBILITY SameMinorVersion ARCH_INDEPENDENT)
install(FILES "${PROJECT_BINARY_DIR}/sequentConfig.cmake" "${PROJECT_BINARY_DIR}/sequentConfigVersion.cmake"
        DESTINATION "${sequent_package_dir}")

# The prefix is written relative to the file, so that an installed tree may be moved.
file(RELATIVE_PATH sequent_pc_to_prefix "/prefix/${CMAKE_INSTALL_DATADIR}/pkgconfig" "/prefix")
configure_file("${CMAKE_CURRENT_LIST_DIR}/sequent.pc.in" "${PROJECT_BINARY_DIR}/sequent.pc" @ONLY)
install(FILES "${PROJECT_BINARY_DIR}/sequent.pc" DESTINATION "${CMAKE_INSTALL_DATADIR}/pkgconfig")

# Installing: the headers, a CMake package for find_package(sequent) and a pkg-config file.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(sequent_package_dir "${CMAKE_INSTALL_DATADIR}/cmake/sequent")
if(sequent_header_set)
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

# The prefix is written relative to the file, so that an installed tree may be moved, unless a folder is absolute.
file(RELATIVE_PATH sequent_pc_to_prefix "/prefix/${CMAKE_INSTALL_DATADIR}/pkgconfig" "/prefix")
set(sequent_pc_prefix "\${pcfiledir}/${sequent_pc_to_prefix}")
if(IS_ABSOLUTE "${CMAKE_INSTALL_DATADIR}")
  set(sequent_pc_prefix "${CMAKE_INSTALL_PREFIX}")
endif()
set(sequent_pc_includedir "\${prefix}/${CMAKE_INSTALL_INCLUDEDIR}")
if(IS_ABSOLUTE "${CMAKE_INSTALL_INCLUDEDIR}")
  set(sequent_pc_includedir "${CMAKE_INSTALL_INCLUDEDIR}")
endif()
configure_file("${CMAKE_CURRENT_LIST_DIR}/sequent.pc.in" "${PROJECT_BINARY_DIR}/sequent.pc" @ONLY)
install(FILES "${PROJECT_BINARY_DIR}/sequent.pc" DESTINATION "${CMAKE_INSTALL_DATADIR}/pkgconfig")

# All of it as one header, for who wants a single file: beside the tree, under a name that no include of the tree finds.
find_package(Python3 COMPONENTS Interpreter QUIET)
if(Python3_FOUND)
  install(CODE "
    execute_process(COMMAND \"${Python3_EXECUTABLE}\" -B \"${PROJECT_SOURCE_DIR}/tools/amalgamate\"
                            \"${PROJECT_BINARY_DIR}/single/sequent.hpp\" COMMAND_ERROR_IS_FATAL ANY)")
  install(FILES "${PROJECT_BINARY_DIR}/single/sequent.hpp" DESTINATION "${CMAKE_INSTALL_DATADIR}/sequent/single")
  file(MAKE_DIRECTORY "${PROJECT_BINARY_DIR}/single")
endif()

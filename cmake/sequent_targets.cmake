# Small helpers, so that adding a test, a tool or a fuzz target is adding a file.
include(GoogleTest)

# sequent_missing(<variable> <target>...): sets <variable> to those of the targets that do not exist.
function(sequent_missing variable)
  set(missing "")
  foreach(dependency IN LISTS ARGN)
    if(NOT TARGET ${dependency})
      list(APPEND missing ${dependency})
    endif()
  endforeach()
  set(${variable} "${missing}" PARENT_SCOPE)
endfunction()

# sequent_executable(<target> SOURCES <file>... [LINK <target>...] [NEEDS <target>...])
# Builds an executable from the sources with Sequent's warnings. It links LINK and NEEDS; where a target of NEEDS was not
# found, or there is no source yet, it is left out and a status line says so. Test with if(TARGET <target>).
function(sequent_executable target)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;LINK;NEEDS")
  if(NOT arg_SOURCES)
    message(STATUS "Sequent: ${target} left out: no sources")
    return()
  endif()
  sequent_missing(missing ${arg_NEEDS})
  if(missing)
    list(JOIN missing ", " missing)
    message(STATUS "Sequent: ${target} left out: not found: ${missing}")
    return()
  endif()
  add_executable(${target} ${arg_SOURCES})
  target_link_libraries(${target} PRIVATE ${arg_LINK} sequent_warnings ${arg_NEEDS})
endfunction()

# sequent_gtest(<folder> [TIMEOUT <seconds>] [TOGETHER <n>] [LINK <target>...] [NEEDS <target>...])
# tests/<folder>/*.cpp and those of its rooms, tests/<folder>/*/*.cpp but for what is an engine, become the executable
# <folder>_tests; each of its tests becomes a ctest labelled <folder>. Where
# TOGETHER is given, each file has a namespace of its own, and with SEQUENT_TESTS_TOGETHER n of them are compiled at once.
function(sequent_gtest folder)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "TIMEOUT;TOGETHER" "LINK;NEEDS")
  if(NOT arg_TIMEOUT)
    set(arg_TIMEOUT 120)
  endif()
  set(here "${PROJECT_SOURCE_DIR}/tests/${folder}")
  file(GLOB sources CONFIGURE_DEPENDS "${here}/*.cpp" "${here}/*/*.cpp")
  list(FILTER sources EXCLUDE REGEX "/(engine|theory|support)/[^/]*$")
  set(target ${folder}_tests)
  sequent_executable(${target} SOURCES ${sources} LINK ${arg_LINK} NEEDS ${arg_NEEDS} GTest::gtest_main)
  if(TARGET ${target})
    if(SEQUENT_TESTS_TOGETHER AND arg_TOGETHER)
      set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE ${arg_TOGETHER})
    endif()
    gtest_discover_tests(${target} TEST_PREFIX "${folder}." DISCOVERY_TIMEOUT 60
                         WORKING_DIRECTORY "${PROJECT_SOURCE_DIR}"
                         PROPERTIES LABELS "${folder}" TIMEOUT ${arg_TIMEOUT})
  endif()
endfunction()

# sequent_test(<name> LABEL <label> COMMAND <command>... [TIMEOUT <seconds>] [PROCESSORS <n>] [LOCK <resource>]
#              [CONFIGURATION <name>])
# Registers a command as a ctest. It runs in the source directory, finds the executables in $SEQUENT_BIN_DIR, the build
# tree in $SEQUENT_BUILD_DIR and the compiler in $CXX, and is reported as skipped when it exits with 77. One with a
# CONFIGURATION runs only where that is asked for: ctest -C <name>.
function(sequent_test name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "LABEL;TIMEOUT;PROCESSORS;LOCK;CONFIGURATION" "COMMAND")
  foreach(default IN ITEMS TIMEOUT:300 PROCESSORS:1)
    string(REGEX MATCH "^([A-Z]+):([0-9]+)$" default "${default}")
    if(NOT arg_${CMAKE_MATCH_1})
      set(arg_${CMAKE_MATCH_1} ${CMAKE_MATCH_2})
    endif()
  endforeach()
  set(environment "SEQUENT_BIN_DIR=${CMAKE_RUNTIME_OUTPUT_DIRECTORY}" "SEQUENT_BUILD_DIR=${PROJECT_BINARY_DIR}"
                  "CXX=${CMAKE_CXX_COMPILER}")
  add_test(NAME ${name} CONFIGURATIONS ${arg_CONFIGURATION} COMMAND ${arg_COMMAND} WORKING_DIRECTORY "${PROJECT_SOURCE_DIR}")
  set_tests_properties(${name} PROPERTIES
    LABELS "${arg_LABEL}" TIMEOUT ${arg_TIMEOUT} PROCESSORS ${arg_PROCESSORS} SKIP_RETURN_CODE 77
    ENVIRONMENT "${environment}")
  if(arg_LOCK)
    set_tests_properties(${name} PROPERTIES RESOURCE_LOCK "${arg_LOCK}")
  endif()
endfunction()

# sequent_verify_headers(<target> ROOT <folder> HEADERS <file>... LINK <target>... [OPTIONS <flag>...])
# Compiles each header alone (and included twice), so that none relies on what stands before it.
function(sequent_verify_headers target)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "ROOT" "HEADERS;LINK;OPTIONS")
  if(NOT arg_HEADERS)
    message(STATUS "Sequent: ${target} left out: no headers")
    return()
  endif()
  set(sources "")
  foreach(header IN LISTS arg_HEADERS)
    file(RELATIVE_PATH relative "${arg_ROOT}" "${header}")
    set(source "${CMAKE_CURRENT_BINARY_DIR}/${target}/${relative}.cpp")
    file(CONFIGURE OUTPUT "${source}" CONTENT "#include \"${relative}\"\n#include \"${relative}\"\n")
    list(APPEND sources "${source}")
  endforeach()
  add_library(${target} OBJECT ${sources})
  target_link_libraries(${target} PRIVATE ${arg_LINK} sequent_warnings)
  target_compile_options(${target} PRIVATE ${arg_OPTIONS})
endfunction()

# sequent_programs(LINK <target>...): <folder>/<name>.cpp, together with <folder>/<name>/*.cpp where that folder exists,
# becomes the executable <name>, for each file of the current folder. Those in the variable <name>_NEEDS must be found.
function(sequent_programs)
  cmake_parse_arguments(PARSE_ARGV 0 arg "" "" "LINK")
  file(GLOB mains CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/*.cpp")
  if(NOT mains)
    file(RELATIVE_PATH folder "${PROJECT_SOURCE_DIR}" "${CMAKE_CURRENT_SOURCE_DIR}")
    message(STATUS "Sequent: ${folder}/ left out: no sources")
  endif()
  foreach(main IN LISTS mains)
    get_filename_component(name "${main}" NAME_WE)
    file(GLOB parts CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/${name}/*.cpp")
    set(target ${name})
    if(name STREQUAL "sequent")
      set(target sequent_command)  # the library has the name already
    endif()
    sequent_executable(${target} SOURCES "${main}" ${parts} LINK ${arg_LINK} NEEDS ${${name}_NEEDS})
    if(TARGET ${target})
      set_target_properties(${target} PROPERTIES OUTPUT_NAME ${name})
    endif()
  endforeach()
endfunction()

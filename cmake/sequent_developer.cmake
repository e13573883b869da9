# What working on Sequent needs beyond the library: the specification, tests, proofs, fuzz targets, tools.
include(sequent_dependencies)
include(sequent_targets)

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/bin")

find_program(SEQUENT_CCACHE ccache)
if(PROJECT_IS_TOP_LEVEL AND SEQUENT_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER "${SEQUENT_CCACHE}")
endif()

# The warnings Sequent's own sources keep clean of.
add_library(sequent_warnings INTERFACE)
target_compile_options(sequent_warnings INTERFACE
  -Wall -Wextra -Wpedantic -Wconversion -Wsign-conversion $<$<BOOL:${SEQUENT_WERROR}>:-Werror>)

if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_FLAGS MATCHES "-fsanitize")
  # GCC takes what a sanitizer puts in for reads of what nobody has set.
  target_compile_options(sequent_warnings INTERFACE -Wno-maybe-uninitialized)
endif()

# The specification and the world. It does not link sequent::sequent: the two share no code.
add_library(sequent_model INTERFACE)
target_include_directories(sequent_model INTERFACE "${PROJECT_SOURCE_DIR}")
target_compile_features(sequent_model INTERFACE cxx_std_20)
target_link_libraries(sequent_model INTERFACE Threads::Threads)

# What knows both: refinement, proofs, fuzz targets, tools.
add_library(sequent_both INTERFACE)
target_link_libraries(sequent_both INTERFACE sequent::sequent sequent_model sequent_warnings)

# What replays a run of a drawn setting, for properties and tools.
add_library(sequent_stream_replay OBJECT EXCLUDE_FROM_ALL
            "${PROJECT_SOURCE_DIR}/tests/property/engine/stream_replay.cpp")
target_link_libraries(sequent_stream_replay PUBLIC sequent_both)

if(SEQUENT_BUILD_TESTS)
  enable_testing()
endif()
foreach(part IN ITEMS PROOFS:proofs TOOLS:tools EXAMPLES:examples BENCHMARKS:bench TESTS:tests)
  string(REGEX MATCH "^([A-Z]+):([a-z]+)$" part "${part}")
  set(folder "${CMAKE_MATCH_2}")
  if(SEQUENT_BUILD_${CMAKE_MATCH_1})
    add_subdirectory("${PROJECT_SOURCE_DIR}/${folder}" ${folder})
  endif()
endforeach()
if(SEQUENT_FUZZING OR SEQUENT_BUILD_TESTS)
  add_subdirectory("${PROJECT_SOURCE_DIR}/fuzz" fuzz)
endif()

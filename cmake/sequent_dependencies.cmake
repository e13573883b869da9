# Every dependency is optional and found on the system. A part that misses one says so and is left out.
set(THREADS_PREFER_PTHREAD_FLAG ON)
find_package(Threads REQUIRED)
find_package(GTest QUIET)
find_package(rapidcheck CONFIG QUIET)
find_package(benchmark CONFIG QUIET)
find_package(fmt CONFIG QUIET)
find_package(CLI11 CONFIG QUIET)
find_package(nlohmann_json CONFIG QUIET)

# Z3 and libpcap come without a CMake package on Debian.
function(sequent_find_plain_library target header library)
  string(MAKE_C_IDENTIFIER "${library}" name)
  find_path(SEQUENT_${name}_INCLUDE_DIR "${header}")
  find_library(SEQUENT_${name}_LIBRARY "${library}")
  if(SEQUENT_${name}_INCLUDE_DIR AND SEQUENT_${name}_LIBRARY AND NOT TARGET ${target})
    add_library(${target} UNKNOWN IMPORTED GLOBAL)
    set_target_properties(${target} PROPERTIES
      IMPORTED_LOCATION "${SEQUENT_${name}_LIBRARY}"
      INTERFACE_INCLUDE_DIRECTORIES "${SEQUENT_${name}_INCLUDE_DIR}")
  endif()
endfunction()
sequent_find_plain_library(sequent_dependency::z3 z3++.h z3)
sequent_find_plain_library(sequent_dependency::pcap pcap/pcap.h pcap)

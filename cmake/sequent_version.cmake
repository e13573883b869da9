# The version has one home: the macros in impl/sequent/config.hpp.

# Sets <variable> to "major.minor.patch" as read from <header>; a header without all three macros is a fatal error.
function(sequent_read_version variable header)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${header}")
  file(STRINGS "${header}" lines REGEX "^#define SEQUENT_VERSION_(MAJOR|MINOR|PATCH) +[0-9]+ *$")
  set(parts "")
  foreach(part IN ITEMS MAJOR MINOR PATCH)
    if(NOT "${lines}" MATCHES "SEQUENT_VERSION_${part} +([0-9]+)")
      message(FATAL_ERROR "${header} defines no SEQUENT_VERSION_${part}")
    endif()
    list(APPEND parts "${CMAKE_MATCH_1}")
  endforeach()
  list(JOIN parts "." version)
  set(${variable} "${version}" PARENT_SCOPE)
endfunction()

# The product: sequent::sequent, an interface library of headers.

add_library(sequent INTERFACE)
add_library(sequent::sequent ALIAS sequent)
target_compile_features(sequent INTERFACE cxx_std_20)

file(GLOB_RECURSE sequent_headers CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/impl/sequent/*.hpp")
# A set of headers that is installed to an absolute folder, as distributions ask for, would be exported as one below the
# prefix.
if(CMAKE_VERSION VERSION_GREATER_EQUAL 3.23 AND NOT IS_ABSOLUTE "${CMAKE_INSTALL_INCLUDEDIR}")
  set(sequent_header_set ON)
else()
  set(sequent_header_set OFF)
endif()
if(sequent_header_set)
  target_sources(sequent INTERFACE
    FILE_SET HEADERS BASE_DIRS "${PROJECT_SOURCE_DIR}/impl" FILES ${sequent_headers})
else()
  target_include_directories(sequent INTERFACE "$<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/impl>")
endif()

# cmake -DCOMPILER=... -DCASE=... -DVARIANT=refused|control -DINCLUDE=... -P check.cmake
set(command "${COMPILER}" -std=c++20 -fsyntax-only -Wall -Wextra -Werror "-I${INCLUDE}")
if(VARIANT STREQUAL "control")
  list(APPEND command -DSEQUENT_CONTROL)
endif()
execute_process(COMMAND ${command} "${CASE}" RESULT_VARIABLE status OUTPUT_VARIABLE output ERROR_VARIABLE output)

if(VARIANT STREQUAL "control")
  if(NOT status EQUAL 0)
    message(FATAL_ERROR "the corrected variant does not compile:\n${output}")
  endif()
  return()
endif()

if(status EQUAL 0)
  message(FATAL_ERROR "${CASE} compiles")
endif()

# The line that carries the mark, counted in the text before it. Brackets and semicolons would upset a CMake list.
file(READ "${CASE}" text)
string(FIND "${text}" "must not compile" position)
if(position EQUAL -1)
  message(FATAL_ERROR "${CASE} marks no line with \"must not compile\"")
endif()
string(SUBSTRING "${text}" 0 ${position} before)
string(REGEX REPLACE "[^\n]" "" newlines "${before}")
string(LENGTH "${newlines}" line)
math(EXPR line "${line} + 1")
get_filename_component(file "${CASE}" NAME)
# An error there, or in a template that is made there.
if(NOT "${output}" MATCHES "${file}:${line}:[0-9]+: +(error|required from here|note: in instantiation)")
  message(FATAL_ERROR "${CASE} is refused, but not on line ${line}:\n${output}")
endif()

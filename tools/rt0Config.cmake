# rt0Config.cmake - the target rt0::rt0: what rtcc gives to compiler and linker.
#
#	find_package(rt0)
#	target_link_libraries(prog rt0::rt0)
#
# RT0_VARIANT is the build of the runtime: release, debug or stress.
set(RT0_VARIANT release CACHE STRING "The build of the runtime: release, debug or stress")

function(rt0_ask result option compiler)
  get_filename_component(rtcc "${CMAKE_CURRENT_FUNCTION_LIST_DIR}/@rtcc@" ABSOLUTE)
  execute_process(
    COMMAND "${CMAKE_COMMAND}" -E env "RT0_CC=${compiler}" "RT0_VARIANT=${RT0_VARIANT}"
            "${rtcc}" "${option}"
    OUTPUT_VARIABLE text OUTPUT_STRIP_TRAILING_WHITESPACE RESULT_VARIABLE status)
  if(NOT status EQUAL 0)
    message(FATAL_ERROR "rt0: ${rtcc} ${option} failed: ${status}")
  endif()
  separate_arguments(words UNIX_COMMAND "${text}")
  set(${result} "${words}" PARENT_SCOPE)
endfunction()

if(TARGET rt0::rt0)
  return()
endif()
add_library(rt0::rt0 INTERFACE IMPORTED)
# Where rtcc is the compiler (CC=rtcc cmake) it gives all of that by itself.
if(NOT "${CMAKE_C_COMPILER} ${CMAKE_CXX_COMPILER} " MATCHES "/rtcc ")
  foreach(language C CXX ASM)
    if(CMAKE_${language}_COMPILER)
      rt0_ask(flags --cflags "${CMAKE_${language}_COMPILER}")
      set_property(TARGET rt0::rt0 APPEND PROPERTY INTERFACE_COMPILE_OPTIONS
        "$<$<COMPILE_LANGUAGE:${language}>:${flags}>")
    endif()
  endforeach()
  # Options are quoted for the shell, libraries are not taken twice.
  rt0_ask(libraries --libs "")
  set(options "${libraries}")
  list(FILTER options INCLUDE REGEX "^-[^l]")
  list(FILTER libraries EXCLUDE REGEX "^-[^l]")
  set_target_properties(rt0::rt0 PROPERTIES
    INTERFACE_LINK_OPTIONS "${options}" INTERFACE_LINK_LIBRARIES "${libraries}")
endif()

# Compiler flags of heddle's own targets. None of them reaches a project that links heddle: all are PRIVATE.

# Warnings, and what a release of our own binaries is hardened with.
function(heddle_own_flags target)
  target_compile_options(${target} PRIVATE -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-sign-conversion
                                           -Wnon-virtual-dtor -Woverloaded-virtual)
  if(HEDDLE_WERROR)
    target_compile_options(${target} PRIVATE -Werror)
  endif()

  target_compile_definitions(${target} PRIVATE _GLIBCXX_ASSERTIONS)
  target_compile_options(${target} PRIVATE -fstack-protector-strong)
  target_link_options(${target} PRIVATE -Wl,-z,relro,-z,now)
  # FORTIFY needs the optimiser, and hides from the sanitizers what they would report better.
  if(NOT HEDDLE_SANITIZE)
    target_compile_options(${target} PRIVATE $<$<CONFIG:Release,RelWithDebInfo>:-U_FORTIFY_SOURCE
                                             -D_FORTIFY_SOURCE=3>)
  endif()
endfunction()

# A shared heddle exports what stands in namespace heddle, by a list for the linker: an attribute on every public
# declaration would say the same a thousand times, and be forgotten once.
function(heddle_limit_exports target)
  get_target_property(type ${target} TYPE)
  if(NOT type STREQUAL "SHARED_LIBRARY")
    return()
  endif()
  set(map ${PROJECT_SOURCE_DIR}/cmake/heddle.map)
  target_link_options(${target} PRIVATE -Wl,--version-script=${map})
  set_property(TARGET ${target} APPEND PROPERTY LINK_DEPENDS ${map})
  target_compile_options(${target} PRIVATE -fno-semantic-interposition)
endfunction()

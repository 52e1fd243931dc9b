# Options and defaults that only concern whoever works on heddle itself; a project that uses heddle sees none of them.
option(HEDDLE_TESTS "Build the tests" ON)
option(HEDDLE_EXAMPLES "Build the examples" ON)
option(HEDDLE_BENCH "Build the benchmarks" OFF)
option(HEDDLE_GUIDE "Build the decision guide's programs" ON)
option(HEDDLE_WERROR "Turn warnings into errors (as CI does)" OFF)
option(HEDDLE_MODEL "Build for the model checker instead of for the hardware" OFF)
set(HEDDLE_SANITIZE "" CACHE STRING "Value of -fsanitize=, for the library and everything that links it")
set(HEDDLE_TEST_TIMEOUT 120 CACHE STRING "Seconds after which a test binary counts as hanging")

if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "Kind of build" FORCE)
endif()
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_CXX_EXTENSIONS OFF)

# The scripts ask for Debian's own interpreter: another one in the user's PATH lacks Debian's packages.
find_program(HEDDLE_PYTHON python3 PATHS /usr/bin NO_DEFAULT_PATH)
find_program(HEDDLE_PYTHON python3)

if(HEDDLE_SANITIZE)
  add_compile_options(-fsanitize=${HEDDLE_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${HEDDLE_SANITIZE})
endif()

# Precompiled headers are only cached if ccache may trust them without looking at their time stamps.
if(NOT DEFINED CMAKE_CXX_COMPILER_LAUNCHER AND NOT DEFINED ENV{CMAKE_CXX_COMPILER_LAUNCHER})
  find_program(HEDDLE_CCACHE ccache)
  if(HEDDLE_CCACHE)
    set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env
        CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime ${HEDDLE_CCACHE})
  endif()
endif()

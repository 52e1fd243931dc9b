# The tests, found by where they stand:
#   tests/<room>/*_test.cpp       one binary per room, heddle_<room>_tests       ctest label unit
#   tests/*_test.cpp              one binary for what belongs to no room         ctest label unit
#   tests/stress/*_stress.cpp     one binary each                                ctest label stress
#   tests/model/*_model.cpp       one binary each, only with HEDDLE_MODEL        ctest label model
#   tests/support/*.cpp           linked into all of them
#   tests/<folder>/*_test.py      Python's unittest, one run per folder          ctest label checks
#   include/**.hpp                each header alone, and all together twice      target heddle_headers
# The remaining labels are scripts: checks, compile_fail, packaging, examples.
enable_testing()

find_package(GTest REQUIRED)
find_package(fmt REQUIRED)
set(HEDDLE_TESTS_DIR ${PROJECT_SOURCE_DIR}/tests)

# What every test binary is built from: heddle with its private headers, gtest, the support code.
add_library(heddle_test_base INTERFACE)
target_include_directories(heddle_test_base INTERFACE ${HEDDLE_TESTS_DIR} ${PROJECT_SOURCE_DIR}/src)
target_link_libraries(heddle_test_base INTERFACE heddle::heddle GTest::gtest fmt::fmt)
# Lets ccache keep precompiled headers, and use them.
target_compile_options(heddle_test_base INTERFACE $<$<CXX_COMPILER_ID:Clang>:SHELL:-Xclang -fno-pch-timestamp>
                                                  $<$<CXX_COMPILER_ID:GNU>:-fpch-preprocess>)

file(GLOB_RECURSE support CONFIGURE_DEPENDS ${HEDDLE_TESTS_DIR}/support/*.cpp)
list(FILTER support EXCLUDE REGEX "_test\\.cpp$")
add_library(heddle_test_support OBJECT ${support})
target_link_libraries(heddle_test_support PRIVATE heddle_test_base)
target_precompile_headers(heddle_test_support PRIVATE ${HEDDLE_TESTS_DIR}/support/precompiled.hpp)
heddle_own_flags(heddle_test_support)

function(heddle_test name label)
  add_executable(${name} ${ARGN} $<TARGET_OBJECTS:heddle_test_support>)
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/tests)
  target_link_libraries(${name} PRIVATE heddle_test_base GTest::gtest_main)
  target_precompile_headers(${name} REUSE_FROM heddle_test_support)
  heddle_own_flags(${name})
  add_test(NAME ${name} COMMAND ${name})
  set_tests_properties(${name} PROPERTIES LABELS ${label} TIMEOUT ${HEDDLE_TEST_TIMEOUT})
endfunction()

# A script as a test; `${ARGN}` is its command line after the interpreter.
function(heddle_script_test name label timeout)
  add_test(NAME ${name} COMMAND ${HEDDLE_PYTHON} ${ARGN} WORKING_DIRECTORY ${PROJECT_SOURCE_DIR})
  set_tests_properties(${name} PROPERTIES LABELS ${label} TIMEOUT ${timeout})
endfunction()

if(HEDDLE_MODEL)
  file(GLOB sources CONFIGURE_DEPENDS ${HEDDLE_TESTS_DIR}/model/*_model.cpp)
  foreach(source IN LISTS sources)
    cmake_path(GET source STEM name)
    heddle_test(${name} model ${source})
  endforeach()
  return()
endif()

# Unit tests, grouped by the folder they stand in.
file(GLOB_RECURSE sources CONFIGURE_DEPENDS RELATIVE ${HEDDLE_TESTS_DIR} ${HEDDLE_TESTS_DIR}/*_test.cpp)
list(FILTER sources EXCLUDE REGEX "^(compile_fail|packaging|model|stress)/")
set(rooms "")
foreach(source IN LISTS sources)
  string(REGEX MATCH "^[^/]+/" room "${source}/")
  string(REGEX REPLACE "(_test\\.cpp)?/$" "" room "${room}")
  if(NOT source MATCHES "/")
    set(room whole)
  endif()
  list(APPEND rooms ${room})
  list(APPEND sources_of_${room} ${HEDDLE_TESTS_DIR}/${source})
endforeach()
list(REMOVE_DUPLICATES rooms)
if(NOT TARGET heddle_tls)
  list(REMOVE_ITEM rooms tls)
endif()
foreach(room IN LISTS rooms)
  heddle_test(heddle_${room}_tests unit ${sources_of_${room}})
endforeach()
if(TARGET heddle_tls)
  target_link_libraries(heddle_tls_tests PRIVATE heddle::tls)
endif()

file(GLOB sources CONFIGURE_DEPENDS ${HEDDLE_TESTS_DIR}/stress/*_stress.cpp)
foreach(source IN LISTS sources)
  cmake_path(GET source STEM name)
  heddle_test(${name} stress ${source})
endforeach()

# Every public header compiles alone; all of them together, in two units, define nothing twice.
set(headers_dir ${PROJECT_BINARY_DIR}/headers)
set(generated "")
set(everything "")
set(public_headers ${HEDDLE_HEADERS})
if(TARGET heddle_tls)
  file(GLOB_RECURSE tls_headers CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/tls/include/*.hpp)
  list(APPEND public_headers ${tls_headers})
endif()
foreach(header IN LISTS public_headers)
  if(NOT header MATCHES "\\.hpp$")
    continue()
  endif()
  string(REGEX REPLACE ".*/include/" "" name ${header})
  string(APPEND everything "#include <${name}>\n")
  string(MAKE_C_IDENTIFIER ${name} identifier)
  file(CONFIGURE OUTPUT ${headers_dir}/${identifier}.cpp CONTENT "#include <${name}>\n#include <${name}>\n")
  list(APPEND generated ${headers_dir}/${identifier}.cpp)
endforeach()
file(CONFIGURE OUTPUT ${headers_dir}/first.cpp CONTENT "${everything}\nint main() {}\n")
file(CONFIGURE OUTPUT ${headers_dir}/second.cpp CONTENT "${everything}\n")
add_executable(heddle_headers EXCLUDE_FROM_ALL ${headers_dir}/first.cpp ${headers_dir}/second.cpp ${generated})
set_target_properties(heddle_headers PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${headers_dir})
target_link_libraries(heddle_headers PRIVATE heddle::heddle fmt::fmt $<TARGET_NAME_IF_EXISTS:heddle::tls>)
heddle_own_flags(heddle_headers)

# An example with a file in examples/expected/ has to print exactly that.
if(HEDDLE_EXAMPLES)
  file(GLOB expected CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/examples/expected/*.txt)
  foreach(file IN LISTS expected)
    cmake_path(GET file STEM name)
    heddle_script_test(example_${name} examples ${HEDDLE_TEST_TIMEOUT} tools/check_output.py ${file}
                       $<TARGET_FILE:examples_${name}>)
  endforeach()
endif()

# Examples that don't end by themselves are driven from outside.
if(HEDDLE_EXAMPLES)
  heddle_script_test(echo_server examples ${HEDDLE_TEST_TIMEOUT} tests/examples/echo_server.py
                     $<TARGET_FILE:examples_echo_server> 127.0.0.1:0)
  heddle_script_test(echo_server_threaded examples ${HEDDLE_TEST_TIMEOUT} tests/examples/echo_server.py
                     $<TARGET_FILE:examples_echo_server_threaded> 0)
  heddle_script_test(mini_redis examples ${HEDDLE_TEST_TIMEOUT} tests/examples/mini_redis.py
                     $<TARGET_FILE:examples_mini_redis>)
  foreach(name http_hello tls_echo)
    if(TARGET examples_${name})
      heddle_script_test(${name} examples ${HEDDLE_TEST_TIMEOUT} tests/examples/${name}.py $<TARGET_FILE:examples_${name}>)
    endif()
  endforeach()
  heddle_script_test(servers examples ${HEDDLE_TEST_TIMEOUT} tests/examples/servers.py
                     ${PROJECT_BINARY_DIR}/examples)
endif()

# What doesn't depend on how the tests are built runs in the plain builds only.
if(HEDDLE_SANITIZE)
  return()
endif()
heddle_script_test(check_layers checks 60 tools/check_layers.py)
heddle_script_test(check_comments checks 60 tools/check_comments.py)
heddle_script_test(check_losses checks 60 tools/check_losses.py)
file(GLOB scripts CONFIGURE_DEPENDS RELATIVE ${HEDDLE_TESTS_DIR} ${HEDDLE_TESTS_DIR}/*/*_test.py)
list(TRANSFORM scripts REPLACE "/.*" "")
list(REMOVE_DUPLICATES scripts)
foreach(folder IN LISTS scripts)
  heddle_script_test(check_${folder} checks 300 -m unittest discover -s tests/${folder} -p *_test.py)
endforeach()
set_tests_properties(check_docs PROPERTIES ENVIRONMENT HEDDLE_LIBRARY=$<TARGET_FILE:heddle>)
if(EXISTS ${PROJECT_SOURCE_DIR}/tools/check_compile_fail.py)
  heddle_script_test(compile_fail compile_fail 900 tools/check_compile_fail.py)
endif()
heddle_script_test(packaging packaging 900 tests/packaging/run.py --compiler ${CMAKE_CXX_COMPILER}
                   --work-dir ${PROJECT_BINARY_DIR}/packaging)

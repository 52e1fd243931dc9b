# Puts the model checker under heddle: its atomics by the seam base/atomic.hpp, its futex, clock and threads in the
# place of src/sys/futex.cpp and src/sys/thread.cpp. The checker, model/, is a library of its own: target heddle_model.
if(NOT EXISTS ${PROJECT_SOURCE_DIR}/model/CMakeLists.txt)
  message(FATAL_ERROR "HEDDLE_MODEL: this tree has no model checker (model/)")
endif()
add_subdirectory(${PROJECT_SOURCE_DIR}/model)
target_compile_definitions(heddle PUBLIC HEDDLE_MODEL)
target_link_libraries(heddle PUBLIC heddle_model)

get_target_property(sources heddle SOURCES)
list(REMOVE_ITEM sources ${PROJECT_SOURCE_DIR}/src/sys/futex.cpp ${PROJECT_SOURCE_DIR}/src/sys/thread.cpp)
set_target_properties(heddle PROPERTIES SOURCES "${sources}")
target_sources(heddle PRIVATE ${PROJECT_SOURCE_DIR}/tests/model/seam/futex.cpp
                              ${PROJECT_SOURCE_DIR}/tests/model/seam/thread.cpp)

# The compiler reports each plain access to memory, to the checker instead of to ThreadSanitizer: that isn't linked.
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  target_compile_options(heddle PUBLIC -fsanitize=thread "SHELL:-mllvm -tsan-instrument-func-entry-exit=0")
endif()

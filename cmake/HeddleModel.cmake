# Puts the model checker's atomics under heddle. The checker, model/, is a library of its own: target heddle_model.
if(NOT EXISTS ${PROJECT_SOURCE_DIR}/model/CMakeLists.txt)
  message(FATAL_ERROR "HEDDLE_MODEL: this tree has no model checker (model/)")
endif()
add_subdirectory(${PROJECT_SOURCE_DIR}/model)
target_compile_definitions(heddle PUBLIC HEDDLE_MODEL)
target_link_libraries(heddle PUBLIC heddle_model)

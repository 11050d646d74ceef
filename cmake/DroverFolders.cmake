# One static library a folder, so that the link line shows who uses whom. Names follow the path:
# src/vrrp/io is drover_vrrp_io, tests/vrrp is test_vrrp.
#
#   drover_library(SOURCES a.cpp b.cpp LINKS drover_base fmt::fmt)
#   drover_test(SOURCES a_test.cpp LINKS drover_vrrp)

function(drover_folder_name out)
  file(RELATIVE_PATH path ${CMAKE_SOURCE_DIR} ${CMAKE_CURRENT_SOURCE_DIR})
  string(REGEX REPLACE "^(src|tests)/" "" path ${path})
  string(REPLACE "/" "_" path ${path})
  set(${out} ${path} PARENT_SCOPE)
endfunction()

function(drover_library)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINKS" ${ARGN})
  drover_folder_name(name)
  add_library(drover_${name} STATIC ${ARG_SOURCES})
  target_include_directories(drover_${name} PUBLIC ${CMAKE_SOURCE_DIR}/src)
  target_link_libraries(drover_${name} PUBLIC ${ARG_LINKS})
endfunction()

include(GoogleTest)

function(drover_test)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINKS" ${ARGN})
  drover_folder_name(name)
  add_executable(test_${name} ${ARG_SOURCES})
  target_include_directories(test_${name} PRIVATE ${CMAKE_SOURCE_DIR}/tests)
  target_compile_definitions(test_${name} PRIVATE
                             DROVER_SOURCE_DIR="${CMAKE_SOURCE_DIR}" DROVER_BINARY_DIR="${CMAKE_BINARY_DIR}")
  target_link_libraries(test_${name} PRIVATE ${ARG_LINKS} GTest::gmock GTest::gtest_main)
  gtest_discover_tests(test_${name} DISCOVERY_MODE PRE_TEST TEST_PREFIX "${name}: " PROPERTIES TIMEOUT 120)
endfunction()

# What every target of the project is built with, and the two functions that declare a module and a test.

set(CMAKE_POSITION_INDEPENDENT_CODE ON)

# Packages unpacked beside the build (deploy/install-packages --unpack) are found before the machine's.
set(unpacked ${CMAKE_SOURCE_DIR}/build/packages/usr)
if(EXISTS ${unpacked})
  list(PREPEND CMAKE_PREFIX_PATH ${unpacked})
  set(ENV{PKG_CONFIG_PATH} "${unpacked}/lib/${CMAKE_LIBRARY_ARCHITECTURE}/pkgconfig:$ENV{PKG_CONFIG_PATH}")
endif()

find_program(CROQUIS_CCACHE ccache)
if(CROQUIS_CCACHE)
  # So that another clone, or another build folder of the same depth, finds what this one compiled.
  set(launcher env CCACHE_NOHASHDIR=1 CCACHE_BASEDIR=${CMAKE_SOURCE_DIR} ${CROQUIS_CCACHE})
  set(CMAKE_C_COMPILER_LAUNCHER ${launcher})
  set(CMAKE_CXX_COMPILER_LAUNCHER ${launcher})
endif()
find_program(CROQUIS_MOLD mold)
if(CROQUIS_MOLD)
  add_link_options(-fuse-ld=mold)
endif()

# Under the sanitizers -Og keeps the suite quick, and compiles a quarter quicker than -O1; without them (the preset dev)
# it is the compiler that one waits for.
# -g1 keeps stack traces readable.
set(CMAKE_CXX_FLAGS_DEBUG "-O0 -g1 -fno-omit-frame-pointer")
set(CMAKE_CXX_FLAGS_RELEASE "-O2")

if(CROQUIS_SANITIZE)
  string(REPLACE "-O0" "-Og" CMAKE_CXX_FLAGS_DEBUG "${CMAKE_CXX_FLAGS_DEBUG}")
  add_compile_options(-fsanitize=${CROQUIS_SANITIZE} -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${CROQUIS_SANITIZE})
  if(CROQUIS_SANITIZE MATCHES undefined)
    # Three checks that cost a third of the compile time. A null pointer that is read stops the program anyway, with
    # AddressSanitizer's report; no module casts down to a derived class; and the fuzz targets check alignment.
    add_compile_options(-fno-sanitize=null,vptr)
    if(NOT CROQUIS_SANITIZE MATCHES fuzzer)
      add_compile_options(-fno-sanitize=alignment)
    endif()
  endif()
endif()

# Asio and Beast are compiled once, in core and http, instead of in every file that includes them.
add_compile_definitions(
  BOOST_ASIO_SEPARATE_COMPILATION BOOST_BEAST_SEPARATE_COMPILATION BOOST_ASIO_NO_DEPRECATED)

if(CMAKE_CXX_COMPILER_ID STREQUAL Clang)
  # clang 14 has coroutines but does not say so; libstdc++ and Asio ask. Later ones say it themselves.
  if(CMAKE_CXX_COMPILER_VERSION VERSION_LESS 15)
    add_compile_definitions(__cpp_impl_coroutine=201902L)
  endif()
  # The libraries of the system come without the type information that these two compare.
  if(CROQUIS_SANITIZE MATCHES undefined)
    add_compile_options(-fno-sanitize=vptr,function)
  endif()
endif()

find_package(Threads REQUIRED)
find_package(PkgConfig REQUIRED)
find_package(Boost 1.81 REQUIRED COMPONENTS json url)
find_package(OpenSSL REQUIRED)
find_package(ZLIB REQUIRED)
find_package(spdlog REQUIRED)
find_package(prometheus-cpp REQUIRED)
find_package(CLI11 REQUIRED)
find_package(toml11 REQUIRED)
find_package(OpenCV 4.6 REQUIRED COMPONENTS core imgproc dnn)
pkg_check_modules(curl REQUIRED IMPORTED_TARGET libcurl)
pkg_check_modules(sodium REQUIRED IMPORTED_TARGET libsodium)
pkg_check_modules(utf8proc REQUIRED IMPORTED_TARGET libutf8proc)
pkg_check_modules(expat REQUIRED IMPORTED_TARGET expat)
pkg_check_modules(deflate REQUIRED IMPORTED_TARGET libdeflate)
pkg_check_modules(isal REQUIRED IMPORTED_TARGET libisal)
pkg_check_modules(libarchive REQUIRED IMPORTED_TARGET libarchive)
pkg_check_modules(spng REQUIRED IMPORTED_TARGET spng)
pkg_check_modules(jpeg REQUIRED IMPORTED_TARGET libjpeg)
pkg_check_modules(turbojpeg REQUIRED IMPORTED_TARGET libturbojpeg)
pkg_check_modules(webp REQUIRED IMPORTED_TARGET libwebp)
pkg_check_modules(webpmux REQUIRED IMPORTED_TARGET libwebpmux)
pkg_check_modules(pq REQUIRED IMPORTED_TARGET libpq)
pkg_check_modules(sqlite REQUIRED IMPORTED_TARGET sqlite3)

# ONNX's file format alone, without libonnx; its protobuf runtime comes with OpenCV dnn anyway. Debian 12 and 13 call
# the target differently.
find_package(Protobuf REQUIRED)
find_package(ONNX REQUIRED)
add_library(croquis_onnx INTERFACE)
target_compile_definitions(croquis_onnx INTERFACE ONNX_NAMESPACE=onnx ONNX_ML=1)
if(TARGET ONNX::onnx_proto)
  target_link_libraries(croquis_onnx INTERFACE ONNX::onnx_proto protobuf::libprotobuf)
else()
  target_link_libraries(croquis_onnx INTERFACE onnx_proto protobuf::libprotobuf)
endif()

function(croquis_warnings target)
  target_compile_options(${target} PRIVATE
    -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Wold-style-cast -Woverloaded-virtual
    -Wdouble-promotion -Wformat=2 -Wimplicit-fallthrough -Werror)
  if(NOT CMAKE_CXX_COMPILER_ID STREQUAL GNU)
    # The fuzz targets' compiler: g++ is the one whose warnings count.
    target_compile_options(${target} PRIVATE -Wno-error)
    return()
  endif()
  if(CMAKE_UNITY_BUILD)
    # A source is then included by another file, and g++ takes its unnamed namespace for a header's.
    target_compile_options(${target} PRIVATE -Wno-subobject-linkage)
  endif()
  # g++ 12 takes Asio's coroutine frames for a mismatch: their operator new and delete are a pair.
  target_compile_options(${target} PRIVATE -Wno-mismatched-new-delete)
  if(CROQUIS_SANITIZE)
    # g++ 12's flow warnings misfire on instrumented code; the sanitizer itself watches the same things.
    target_compile_options(${target} PRIVATE
      -Wno-maybe-uninitialized -Wno-stringop-overflow -Wno-array-bounds
      -Wno-stringop-overread -Wno-restrict)
  else()
    # The same misfire as the optimiser goes, and ./test does not compile what ships: they are told, and stop no ./run.
    target_compile_options(${target} PRIVATE
      -Wno-error=maybe-uninitialized -Wno-error=stringop-overflow -Wno-error=array-bounds
      -Wno-error=stringop-overread -Wno-error=restrict)
  endif()
  if(CROQUIS_SANITIZE MATCHES thread)
    # Asio's fences, which ThreadSanitizer cannot see; its locks, which it can, order the same things.
    target_compile_options(${target} PRIVATE -Wno-tsan)
  endif()
endfunction()

# croquis_module(NAME SOURCES a.cpp … LINKS targets …): one static library, croquis_NAME.
function(croquis_module name)
  cmake_parse_arguments(arg "" "" "SOURCES;LINKS;PRIVATE_LINKS" ${ARGN})
  add_library(croquis_${name} STATIC ${arg_SOURCES})
  croquis_warnings(croquis_${name})
  target_include_directories(croquis_${name} PUBLIC ${CMAKE_SOURCE_DIR}/src)
  target_link_libraries(croquis_${name} PUBLIC ${arg_LINKS} PRIVATE ${arg_PRIVATE_LINKS})
endfunction()

# croquis_without_optimisation(TARGET target | SOURCES a.cpp …): for what runs once a start and instantiates much
# (the command line, the configuration): under the sanitizers half of the compile time is the optimiser's. Not in a
# release: the linker keeps one copy of an inline function, and hot code would be given this one.
function(croquis_without_optimisation)
  cmake_parse_arguments(arg "" "TARGET" "SOURCES" ${ARGN})
  if(NOT CROQUIS_SANITIZE)
    return()
  endif()
  if(arg_TARGET)
    target_compile_options(${arg_TARGET} PRIVATE -O0)
  else()
    set_source_files_properties(${arg_SOURCES} PROPERTIES COMPILE_OPTIONS -O0)
  endif()
endfunction()

# croquis_test(NAME SOURCES a.cpp … LINKS targets …): one GoogleTest program, each suite a ctest case: to start a sanitized
# program takes longer than most of our cases. How each case went is written to test-results in the build folder.
# TIMEOUT and PROPERTIES are of each suite. LABELS concurrent marks what the ThreadSanitizer build runs, and makes the
# target concurrent_tests build it.
add_custom_target(concurrent_tests)
function(croquis_test name)
  cmake_parse_arguments(arg "" "TIMEOUT" "SOURCES;LINKS;LABELS;PROPERTIES" ${ARGN})
  if(NOT arg_TIMEOUT)
    set(arg_TIMEOUT 300)
  endif()
  add_executable(${name} ${arg_SOURCES})
  croquis_warnings(${name})
  if(CROQUIS_SANITIZE)
    target_compile_options(${name} PRIVATE -O0)  # it is the modules that run long, and this compiles faster
  endif()
  target_include_directories(${name} PRIVATE ${CMAKE_SOURCE_DIR}/tests)
  target_link_libraries(${name} PRIVATE ${arg_LINKS} croquis_test_folders GTest::gmock GTest::gtest_main)
  if("concurrent" IN_LIST arg_LABELS)
    target_sources(${name} PRIVATE ${CMAKE_SOURCE_DIR}/tests/support/logger_first.cpp)
    add_dependencies(concurrent_tests ${name})
  endif()
  set(program ${CMAKE_RUNTIME_OUTPUT_DIRECTORY}/${name})
  set(results ${CMAKE_BINARY_DIR}/test-results)
  set(properties TIMEOUT ${arg_TIMEOUT} ${arg_PROPERTIES})
  if(arg_LABELS)
    list(APPEND properties LABELS "${arg_LABELS}")
  endif()
  list(JOIN properties "\" \"" properties)
  set(properties "\"${properties}\"")
  configure_file(${CMAKE_SOURCE_DIR}/cmake/test-suites.cmake.in ${CMAKE_CURRENT_BINARY_DIR}/${name}-suites.cmake @ONLY)
  set_property(DIRECTORY APPEND PROPERTY TEST_INCLUDE_FILES ${CMAKE_CURRENT_BINARY_DIR}/${name}-suites.cmake)
endfunction()

# Installs the built tree under a prefix of its own, builds the sample plugins out of tree against it, and asks each of them
# something. Variables: BUILD (our build folder), SOURCES (of the samples), WORK (scratch), ASK (ask_plugin), BINDIR, LIBDIR,
# C_COMPILER, CXX_COMPILER, SANITIZE (as THRESHER_SANITIZE), VERSION.
cmake_minimum_required(VERSION 3.25)

# must(COMMAND...): runs it, shows everything it said when it fails, leaves its output in `said`.
function(must)
  execute_process(COMMAND ${ARGV} RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE output)
  if(NOT result EQUAL 0)
    list(JOIN ARGV " " command)
    message(FATAL_ERROR "${command}\nended with ${result}:\n${output}")
  endif()
  set(said "${output}" PARENT_SCOPE)
endfunction()

function(expect text)
  if(NOT said STREQUAL "${text}\n")
    message(FATAL_ERROR "expected: ${text}\ngot:      ${said}")
  endif()
endfunction()

file(REMOVE_RECURSE ${WORK})
set(prefix ${WORK}/prefix)
must(${CMAKE_COMMAND} --install ${BUILD} --prefix ${prefix} ${COMPONENT})

set(quiet "")
if(NOT CXX_COMPILER MATCHES "clang")
  set(quiet -Wno-restrict)  # gcc 12 sees overlaps that are not there in std::string's operator+ (GCC bug 105651)
endif()
foreach(sample c cpp kinds)
  must(${CMAKE_COMMAND} -S ${SOURCES}/sample_${sample} -B ${WORK}/sample_${sample} -G Ninja -DCMAKE_PREFIX_PATH=${prefix}
    -DCMAKE_BUILD_TYPE=Release -DCMAKE_C_COMPILER=${C_COMPILER} -DCMAKE_CXX_COMPILER=${CXX_COMPILER}
    "-DCMAKE_C_FLAGS=-Wall -Wextra -Wpedantic -Wconversion -Werror ${SANITIZE}"
    "-DCMAKE_CXX_FLAGS=-Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wold-style-cast -Werror ${quiet} ${SANITIZE}")
  must(${CMAKE_COMMAND} --build ${WORK}/sample_${sample})
endforeach()
file(STRINGS ${prefix}/include/thresher/plugin.h line REGEX "define THRESHER_ABI_MINOR")
string(REGEX REPLACE ".*MINOR ([0-9]+)u.*" "1.\\1" abi "${line}")
must(${ASK} ${WORK}/sample_c/sample_c.so sample-c)
expect("sample_c 0.1.0 ${abi}: 200 /ping")
must(${ASK} ${WORK}/sample_c/sample_c.so sample-c "{\"status\":418}")
expect("sample_c 0.1.0 ${abi}: 418 /ping")
must(${ASK} ${WORK}/sample_cpp/sample_cpp.so echo)
expect("sample_cpp 0.1.0 ${abi}: 200 /ping")

# A component that does not exist, and a major version that does not, are refused in words.
file(WRITE ${WORK}/wrong/CMakeLists.txt "cmake_minimum_required(VERSION 3.25)\nproject(wrong LANGUAGES C)\nfind_package(thresher \${WANTED})\n")
execute_process(COMMAND ${CMAKE_COMMAND} -S ${WORK}/wrong -B ${WORK}/wrong/build -DCMAKE_PREFIX_PATH=${prefix}
  "-DWANTED=1;REQUIRED;COMPONENTS;kernel" RESULT_VARIABLE result ERROR_VARIABLE said OUTPUT_QUIET)
if(result EQUAL 0 OR NOT said MATCHES "no component \"kernel\"")
  message(FATAL_ERROR "an unknown component was not refused: ${said}")
endif()
execute_process(COMMAND ${CMAKE_COMMAND} -S ${WORK}/wrong -B ${WORK}/wrong/build2 -DCMAKE_PREFIX_PATH=${prefix}
  "-DWANTED=2;REQUIRED" RESULT_VARIABLE result ERROR_VARIABLE said OUTPUT_QUIET)
if(result EQUAL 0)
  message(FATAL_ERROR "version ${VERSION} was accepted where 2 was asked for")
endif()

if(COMPONENT)
  return()
endif()
# The installed binary, from another folder: it finds its own plugins, scripts and profiles, and takes a stranger's plugin.
set(thresher ${prefix}/${BINDIR}/thresher)
must(${CMAKE_COMMAND} -E chdir / ${thresher} plugins --plugin ${WORK}/sample_cpp/sample_cpp.so --plugin ${WORK}/sample_c/sample_c.so)
foreach(plugin leveredge sample_cpp sample_c)
  if(NOT said MATCHES "${plugin} ")
    message(FATAL_ERROR "the installed thresher does not list ${plugin}:\n${said}")
  endif()
endforeach()
foreach(file share/thresher/scripts/health_checks.lua share/thresher/profiles/light.toml
             ${LIBDIR}/thresher/plugins/leveredge.so)
  if(NOT EXISTS ${prefix}/${file})
    message(FATAL_ERROR "${file} was not installed")
  endif()
endforeach()

# The samples of the other kinds keep to the contract, as thresher itself sees it.
foreach(sample baskets delivery lines)
  must(${CMAKE_COMMAND} -E chdir ${WORK} ${thresher} plugins verify ${WORK}/sample_kinds/${sample}.so)
  if(NOT said MATCHES " 0 failed\n$")
    message(FATAL_ERROR "${sample} does not keep to the contract:\n${said}")
  endif()
endforeach()

# What `thresher new plugin` writes builds as it stands, keeps to the contract and is listed.
foreach(kind target generator validator output)
  set(folder ${WORK}/my_${kind})
  file(REMOVE_RECURSE ${folder})
  if(kind STREQUAL "target")
    must(${CMAKE_COMMAND} -E chdir ${WORK} ${thresher} new plugin my_target)
  else()
    must(${CMAKE_COMMAND} -E chdir ${WORK} ${thresher} new plugin my_${kind} --kind ${kind})
  endif()
  must(${CMAKE_COMMAND} -S ${folder} -B ${folder}/build -G Ninja -DCMAKE_PREFIX_PATH=${prefix}
    -DCMAKE_CXX_COMPILER=${CXX_COMPILER} "-DCMAKE_CXX_FLAGS=-Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror ${SANITIZE}")
  must(${CMAKE_COMMAND} --build ${folder}/build)
  must(${CMAKE_COMMAND} -E chdir ${WORK} ${thresher} plugins verify ${folder}/build/my_${kind}.so)
  must(${CMAKE_COMMAND} -E chdir / ${thresher} plugins --plugin ${folder}/build/my_${kind}.so)
  if(NOT said MATCHES "\n  ${kind} my_${kind}: ")
    message(FATAL_ERROR "the plugin that thresher new wrote is not listed:\n${said}")
  endif()
endforeach()

# Builds a small tree with one fault of each kind and demands that house.sh names each by file and line.
file(REMOVE_RECURSE ${WORK})
file(WRITE ${WORK}/runtime/base/upward.cpp "#include \"engine/run.h\"\n")
file(WRITE ${WORK}/runtime/report/neighbour.cpp "\n#include \"service/stand_in.h\"\n")
file(WRITE ${WORK}/runtime/base/bare.h "int f();\n")
file(WRITE ${WORK}/runtime/http/loop.cpp "#include <uv.h>\n")
file(WRITE ${WORK}/runtime/engine/lua.cpp "#include <lua.hpp>\n")
file(WRITE ${WORK}/runtime/report/database.cpp "#include <sqlite3.h>\n")
file(WRITE ${WORK}/runtime/event/public.h "#pragma once\n#include <uv.h>\n")
file(WRITE ${WORK}/runtime/pacing/space.h "#pragma once\nusing namespace std;\n")
file(WRITE ${WORK}/runtime/pacing/print.cpp "void f() {\n  std::cout << 1;\n}\n")
file(WRITE ${WORK}/runtime/attic/old.cpp "int f();\n")
file(MAKE_DIRECTORY ${WORK}/plugins)
execute_process(COMMAND ${HOUSE} ${WORK} OUTPUT_VARIABLE said RESULT_VARIABLE code)
if(code EQUAL 0)
  message(FATAL_ERROR "a broken tree passed:\n${said}")
endif()
foreach(finding
    "runtime/base/upward.cpp:1: base may not use engine" "runtime/report/neighbour.cpp:2: report may not use service"
    "runtime/base/bare.h:1: a header without #pragma once" "runtime/http/loop.cpp:1: libuv stays in event"
    "runtime/engine/lua.cpp:1: Lua stays in script and bindings" "runtime/event/public.h:2: <uv.h> in a public header"
    "runtime/report/database.cpp:1: databases stay in store"
    "runtime/pacing/space.h:2: using namespace" "runtime/pacing/print.cpp:2: a stray print"
    "runtime/attic/old.cpp:1: the room \"attic\" is not in the table")
  string(FIND "${said}" "${finding}" at)
  if(at EQUAL -1)
    message(FATAL_ERROR "not found: ${finding}\nin:\n${said}")
  endif()
endforeach()

# cmake -DOUTPUT=file.cpp -DFILES=a.lua;b.lua -P embed.cmake: the files as constants kPrelude_a, kPrelude_b.
set(text "// Made by prelude/embed.cmake.\n#include \"bindings/prelude.h\"\n\nnamespace thresher::bindings {\n\n")
foreach(file IN LISTS FILES)
  file(READ ${file} source)
  get_filename_component(name ${file} NAME_WE)
  string(APPEND text "const std::string_view kPrelude_${name} = R\"__lua(${source})__lua\";\n\n")
endforeach()
string(APPEND text "}  // namespace thresher::bindings\n")
file(WRITE ${OUTPUT} "${text}")

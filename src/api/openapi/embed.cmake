# cmake -D OUTPUT=file.cpp -D FOLDER=openapi -P embed.cmake: writes the contract's YAML files as C++.
set(text "#include \"api/contract.h\"\n\nnamespace croquis::api {\n")
foreach(name common public annotator)
  file(READ ${FOLDER}/${name}.yaml yaml)
  string(APPEND text "\nstd::string_view ${name}_yaml() {\n    return R\"yaml(${yaml})yaml\";\n}\n")
endforeach()
string(APPEND text "\n}  // namespace croquis::api\n")
file(WRITE ${OUTPUT} "${text}")

# cmake -D OUTPUT=file.cpp -D FOLDER=migrations -P embed.cmake: writes the SQL files of both databases as C++.
set(text "#include \"store/migrations.h\"\n\nnamespace croquis::store {\nnamespace {\n")
foreach(database sqlite postgres)
  file(GLOB files RELATIVE ${FOLDER}/${database} ${FOLDER}/${database}/*.sql)
  list(SORT files)
  string(APPEND text "\nconstexpr Migration ${database}_steps[] = {\n")
  foreach(file IN LISTS files)
    if(NOT file MATCHES "^([0-9][0-9][0-9][0-9])_([a-z0-9_]+)\\.sql$")
      message(FATAL_ERROR "${file}: a migration is named 0001_what_it_does.sql")
    endif()
    set(version ${CMAKE_MATCH_1})
    string(REGEX REPLACE "^0+" "" version ${version})
    string(REPLACE ".sql" "" name ${file})
    file(READ ${FOLDER}/${database}/${file} sql)
    string(APPEND text "    {${version}, \"${name}\", R\"sql(${sql})sql\"},\n")
  endforeach()
  string(APPEND text "};\n")
endforeach()
string(APPEND text "
}  // namespace

std::span<const Migration> sqlite_migrations() {
    return sqlite_steps;
}
std::span<const Migration> postgres_migrations() {
    return postgres_steps;
}

}  // namespace croquis::store
")
file(WRITE ${OUTPUT} "${text}")

# Run at each build: writes into FILE the last commit that changed src/, where that is another than before. What lies in
# other folders (a model just written, say) does not make another program.
function(git result)
  execute_process(COMMAND git -C ${SOURCE} ${ARGN} -- src
    OUTPUT_VARIABLE said OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
  set(${result} "${said}" PARENT_SCOPE)
endfunction()

git(commit log -1 --abbrev=12 --format=%h)
git(changed status --porcelain)
if(NOT commit)
  set(commit unknown)
elseif(changed)
  string(APPEND commit -dirty)
endif()
set(text "#define CROQUIS_COMMIT \"${commit}\"\n")
set(before "")
if(EXISTS ${FILE})
  file(READ ${FILE} before)
endif()
if(NOT text STREQUAL before)
  file(WRITE ${FILE} ${text})
endif()

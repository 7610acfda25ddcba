# cmake -DWRITER=program -DNODE=node -DSOURCE_DIR=here -DWORK_DIR=build folder -P check.cmake
# Writes the pages and has the browser look at them.
execute_process(COMMAND ${WRITER} ${WORK_DIR} COMMAND_ERROR_IS_FATAL ANY)
execute_process(COMMAND ${NODE} ${SOURCE_DIR}/check.mjs /usr/bin/chromium ${WORK_DIR} RESULT_VARIABLE result)
if(NOT result EQUAL 0 AND NOT result EQUAL 77)
  message(FATAL_ERROR "the browser found fault with the pages")
endif()

# cmake -DWRITER=program -DSOURCE_DIR=here -DWORK_DIR=build folder -P compare.cmake
# Installs the pinned hdr-histogram-js once per build folder, then holds our histograms against it.
find_program(NPM npm)
find_program(NODE NAMES node nodejs)
if(NOT NPM OR NOT NODE)
  message(FATAL_ERROR "this test needs Node: apt-get install nodejs npm")
endif()

foreach(file package.json package-lock.json .npmrc compare.mjs)
  file(COPY_FILE ${SOURCE_DIR}/${file} ${WORK_DIR}/${file} ONLY_IF_DIFFERENT)
endforeach()
if(NOT EXISTS ${WORK_DIR}/node_modules OR ${WORK_DIR}/package-lock.json IS_NEWER_THAN ${WORK_DIR}/node_modules)
  execute_process(COMMAND ${NPM} ci --ignore-scripts --no-audit --no-fund
                  WORKING_DIRECTORY ${WORK_DIR} COMMAND_ERROR_IS_FATAL ANY)
  file(TOUCH ${WORK_DIR}/node_modules)
endif()

execute_process(COMMAND ${WRITER} OUTPUT_FILE ${WORK_DIR}/histograms.json COMMAND_ERROR_IS_FATAL ANY)
execute_process(COMMAND ${NODE} compare.mjs histograms.json WORKING_DIRECTORY ${WORK_DIR} COMMAND_ERROR_IS_FATAL ANY)

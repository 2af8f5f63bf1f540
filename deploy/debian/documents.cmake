# Part of `cpack`: the documents that Debian wants of each package.
find_program(GZIP gzip REQUIRED)
set(FOLDER $ENV{DESTDIR}${CMAKE_INSTALL_PREFIX}/share/doc/boxkited)

file(COPY ${CMAKE_CURRENT_LIST_DIR}/copyright DESTINATION ${FOLDER}
     FILE_PERMISSIONS OWNER_READ OWNER_WRITE GROUP_READ WORLD_READ)
execute_process(COMMAND ${GZIP} -9n INPUT_FILE ${CMAKE_CURRENT_LIST_DIR}/changelog
                OUTPUT_FILE ${FOLDER}/changelog.Debian.gz COMMAND_ERROR_IS_FATAL ANY)
